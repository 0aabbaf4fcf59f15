import typer
def command() -> int:
    return 0
