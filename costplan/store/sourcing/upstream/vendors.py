"""The sellers that the token catalogue lists, and what each data set calls them.

The prefix is the first part of an id and the stem of a file; one seller has one prefix whatever
the sets call it. A provider that is not here is skipped with that reason, never guessed.
"""

from __future__ import annotations

VENDORS: dict[str, str] = {
    "abliteration": "Abliteration",
    "ai21": "AI21 Labs",
    "aiand": "ai&",
    "aihubmix": "AIHubMix",
    "alibaba": "Alibaba Cloud Model Studio",
    "amazon-nova": "Amazon Nova API",
    "ant-ling": "Ant Ling",
    "anthropic": "Anthropic",
    "anyscale": "Anyscale",
    "arcee": "Arcee AI",
    "avian": "Avian",
    "azure": "Microsoft Azure",
    "baseten": "Baseten",
    "bedrock": "Amazon Web Services",
    "bedrock-mantle": "Amazon Bedrock Mantle",
    "byteplus": "BytePlus ModelArk",
    "cerebras": "Cerebras",
    "claude-platform-aws": "Claude Platform on AWS",
    "cloudflare": "Cloudflare Workers AI",
    "cloudflare-ai-gateway": "Cloudflare AI Gateway",
    "cognition": "Cognition",
    "cohere": "Cohere",
    "coralbricks": "Coral Bricks",
    "crusoe": "Crusoe",
    "cursor": "Cursor",
    "darkbloom": "Darkbloom",
    "databricks": "Databricks",
    "deepbricks": "DeepBricks",
    "deepinfra": "DeepInfra",
    "deepseek": "DeepSeek",
    "digitalocean": "DigitalOcean Gradient AI",
    "doubleword": "Doubleword",
    "elevenlabs": "ElevenLabs",
    "ember-cloud": "Ember Cloud",
    "fireworks": "Fireworks AI",
    "friendli": "FriendliAI",
    "github-copilot": "GitHub Copilot",
    "gmi": "GMI Cloud",
    "google": "Google",
    "groq": "Groq",
    "hostinger": "Hostinger",
    "huggingface": "Hugging Face Inference Providers",
    "hyperbolic": "Hyperbolic",
    "inception": "Inception",
    "inferenceapis": "InferenceAPIs",
    "jina": "Jina AI",
    "kyma": "Kyma",
    "lambda": "Lambda",
    "libertai": "LibertAI",
    "lightning": "Lightning AI",
    "llamagate": "LlamaGate",
    "longcat": "LongCat",
    "meta": "Meta",
    "minimax": "MiniMax",
    "mistral": "Mistral AI",
    "modal": "Modal",
    "monsterapi": "MonsterAPI",
    "moonshot": "Moonshot AI",
    "morph": "Morph",
    "nace": "Nace AI",
    "nebius": "Nebius",
    "nomic": "Nomic",
    "novita": "Novita AI",
    "nscale": "Nscale",
    "nvidia": "NVIDIA NIM",
    "oci": "Oracle Cloud Infrastructure",
    "openai": "OpenAI",
    "opencode": "OpenCode Zen",
    "openinfer": "OpenInfer",
    "openrouter": "OpenRouter",
    "ovh": "OVHcloud AI Endpoints",
    "perplexity": "Perplexity",
    "pinstripes": "Pinstripes",
    "poolside": "Poolside",
    "predibase": "Predibase",
    "quicksilverpro": "QuickSilver Pro",
    "refuseless": "Refuseless",
    "reka": "Reka",
    "replicate": "Replicate",
    "sail": "Sail",
    "sakana": "Sakana AI",
    "sambanova": "SambaNova",
    "scaledown": "ScaleDown",
    "scaleway": "Scaleway",
    "scx": "SCX",
    "sensenova": "SenseNova",
    "snowflake": "Snowflake Cortex",
    "stepfun": "StepFun",
    "streamlake": "StreamLake",
    "tencent": "Tencent Cloud",
    "tensormesh": "Tensormesh",
    "thinkingmachines": "Thinking Machines",
    "together": "Together AI",
    "typesafe": "TypeSafe",
    "upstage": "Upstage",
    "v0": "Vercel v0",
    "vercel": "Vercel AI Gateway",
    "vertex": "Google",
    "volcengine": "Volcengine",
    "voyage": "Voyage AI",
    "wandb": "Weights & Biases Inference",
    "watsonx": "IBM watsonx.ai",
    "writer": "Writer",
    "xai": "xAI",
    "xiaomi": "Xiaomi MiMo",
    "zai": "Z.ai",
    "zerogpu": "ZeroGPU",
    "zhipu": "Zhipu AI",
}

CALLED: dict[str, str] = {
    "amazon-bedrock": "bedrock",
    "amazon_nova": "amazon-nova",
    "anthropic-on-aws": "claude-platform-aws",
    "aws": "bedrock",
    "azure-ai": "azure",
    "azure-cognitive-services": "azure",
    "azure-openai": "azure",
    "azure_ai": "azure",
    "azure_text": "azure",
    "bailing": "ant-ling",
    "bedrock_converse": "bedrock",
    "bedrock_mantle": "bedrock-mantle",
    "bigmodel": "zhipu",
    "clf_ai_gateway": "cloudflare-ai-gateway",
    "cloudflare-workers-ai": "cloudflare",
    "codestral": "mistral",
    "cohere_chat": "cohere",
    "dashscope": "alibaba",
    "fireworks-ai": "fireworks",
    "fireworks_ai": "fireworks",
    "fireworks_ai-embedding-models": "fireworks",
    "friendliai": "friendli",
    "gemini": "google",
    "github_copilot": "github-copilot",
    "google-vertex": "vertex",
    "google-vertex-anthropic": "vertex",
    "gradient_ai": "digitalocean",
    "hostinger_router": "hostinger",
    "jina_ai": "jina",
    "lambda_ai": "lambda",
    "lightning-ai": "lightning",
    "mistral-ai": "mistral",
    "moonshotai": "moonshot",
    "nova": "amazon-nova",
    "novita-ai": "novita",
    "nvidia_nim": "nvidia",
    "oracle": "oci",
    "ovhcloud": "ovh",
    "palm": "google",
    "perplexity-ai": "perplexity",
    "reka-ai": "reka",
    "scx-ai": "scx",
    "stepfun-ai": "stepfun",
    "tencent-tokenhub": "tencent",
    "text-completion-codestral": "mistral",
    "text-completion-inception": "inception",
    "text-completion-openai": "openai",
    "together-ai": "together",
    "together_ai": "together",
    "togetherai": "together",
    "vercel-ai-gateway": "vercel",
    "vercel_ai_gateway": "vercel",
    "vertex-ai": "vertex",
    "vertex_ai": "vertex",
    "voyageai": "voyage",
    "workers-ai": "cloudflare",
    "x-ai": "xai",
    "xiaomi_mimo": "xiaomi",
    "z-ai": "zai",
    "zhipuai": "zhipu",
}
"""A set's name of a provider, where it is not the prefix itself."""

SUBSCRIPTIONS = (
    "alibaba-coding-plan",
    "chatgpt",
    "kimi-coding",
    "kimi-for-coding",
    "microsoft_365_copilot",
    "minimax-coding-plan",
    "openai-codex",
    "opencode-go",
    "opencode_go",
    "qwen-token-plan",
    "xiaomi-token-plan",
    "zai-coding",
    "zhipuai-coding",
)
"""Beginnings of names under which a set lists a coding plan: billed by the month, not the token."""

MAINLAND = ("minimax-cn", "moonshotai-cn", "alibaba-cn", "siliconflow-cn")
NOT_LISTED = "a provider that the catalogue does not list"
PLAN = "a subscription plan, not billed by the token"


def vendor_of(provider: str) -> tuple[str | None, str]:
    """The prefix of a provider, or None and the reason why it has none."""
    if provider.startswith(SUBSCRIPTIONS):
        return None, PLAN
    if provider in MAINLAND:
        return None, "a mainland site, whose currency the set does not state"
    prefix = CALLED.get(provider, provider)
    if prefix.startswith("vertex_ai-"):
        prefix = "vertex"
    return (prefix, "") if prefix in VENDORS else (None, NOT_LISTED)


def id_of(vendor: str, name: str) -> str:
    """The id of what a vendor calls ``name``: its own spelling, without the path of its API."""
    if vendor == "fireworks":
        name = name.removeprefix("accounts/fireworks/models/").removeprefix("accounts/fireworks/")
    if vendor == "zai":
        name = name.lower()
    name = name.removeprefix(f"{vendor}/")
    return f"{vendor}/{name.rstrip('-')}"


def region_of(vendor: str, name: str) -> str | None:
    """The region that a cloud's id is bound to: ``us.anthropic...``, ``eu/gpt-4o``."""
    if vendor == "bedrock":
        first = name.split(".", 1)[0].split("/", 1)[0]
        if first in ("us", "eu", "apac", "au", "jp", "ca", "us-gov", "ap"):
            return first
        return first if first.count("-") >= 2 and "/" in name else None
    if vendor == "azure" and name.startswith(("us/", "eu/")):
        return name[:2]
    return None
