"""The only room with files: TOML in and out, catalogue folders, schemas, templates."""
