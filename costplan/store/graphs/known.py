"""What constructors and calls of common libraries are, by their name."""

from __future__ import annotations

import re
from typing import Final

MODELS: Final = {
    "ChatOpenAI": "openai",
    "AzureChatOpenAI": "azure",
    "AzureAIChatCompletionsModel": "azure",
    "ChatAnthropic": "anthropic",
    "ChatAnthropicVertex": "vertex",
    "ChatBedrock": "bedrock",
    "ChatBedrockConverse": "bedrock",
    "BedrockChat": "bedrock",
    "BedrockLLM": "bedrock",
    "Bedrock": "bedrock",
    "ChatVertexAI": "vertex",
    "VertexAI": "vertex",
    "ChatGoogleGenerativeAI": "google",
    "GoogleGenerativeAI": "google",
    "GenerativeModel": "google",
    "ChatMistralAI": "mistral",
    "ChatCohere": "cohere",
    "ChatGroq": "groq",
    "ChatDeepSeek": "deepseek",
    "ChatXAI": "xai",
    "ChatTogether": "together",
    "ChatFireworks": "fireworks",
    "ChatPerplexity": "perplexity",
    "ChatCerebras": "cerebras",
    "ChatSambaNovaCloud": "sambanova",
    "ChatOpenRouter": "openrouter",
    "ChatWatsonx": "watsonx",
    "ChatOllama": "ollama",
    "ChatHuggingFace": "huggingface",
    "ChatNVIDIA": "nvidia",
    "ChatLiteLLM": None,
    "init_chat_model": None,
    "create_react_agent": None,
    "create_agent": None,
    "create_supervisor": None,
    "create_swarm": None,
}
"""Constructors of models, and who serves them; None where the model's own text says it."""
CALLS: Final = {
    "chat.completions.create": "openai",
    "chat.completions.parse": "openai",
    "responses.create": "openai",
    "responses.parse": "openai",
    "messages.create": "anthropic",
    "messages.stream": "anthropic",
    "converse": "bedrock",
    "converse_stream": "bedrock",
    "invoke_model": "bedrock",
    "invoke_model_with_response_stream": "bedrock",
    "models.generate_content": "google",
    "models.generate_content_stream": "google",
    "generate_content": "google",
    "chat.complete": "mistral",
    "embeddings.create": "openai",
    "models.embed_content": "google",
    "litellm.completion": None,
    "litellm.acompletion": None,
}
"""Ends of what is called to ask a model directly, and who serves it."""
MODEL_KEYS: Final = (
    *("model", "model_name", "model_id", "modelId", "azure_deployment", "deployment_name"),
    *("deployment", "engine", "llm"),
)
PROVIDERS: Final = {
    "openai": "openai",
    "azure_openai": "azure",
    "azure_ai": "azure",
    "anthropic": "anthropic",
    "google_anthropic_vertex": "vertex",
    "google_vertexai": "vertex",
    "google_genai": "google",
    "bedrock": "bedrock",
    "bedrock_converse": "bedrock",
    "mistralai": "mistral",
    "cohere": "cohere",
    "groq": "groq",
    "deepseek": "deepseek",
    "xai": "xai",
    "together": "together",
    "fireworks": "fireworks",
    "perplexity": "perplexity",
    "ollama": "ollama",
    "huggingface": "huggingface",
}
"""What ``init_chat_model`` calls a provider."""
INFERRED: Final = (
    (re.compile(r"(?:gpt-|o\d|chatgpt)"), "openai"),
    (re.compile(r"claude"), "anthropic"),
    (re.compile(r"gemini"), "vertex"),
    (re.compile(r"(?:us\.|eu\.|apac\.|global\.)?(?:amazon|anthropic|meta|mistral)\."), "bedrock"),
    (re.compile(r"command"), "cohere"),
    (re.compile(r"mistral"), "mistral"),
    (re.compile(r"deepseek"), "deepseek"),
    (re.compile(r"grok"), "xai"),
    (re.compile(r"sonar"), "perplexity"),
)
"""Whose model a name is where nobody says it, as ``init_chat_model`` takes it."""
EMBEDDINGS: Final = {
    "OpenAIEmbeddings": "openai",
    "AzureOpenAIEmbeddings": "azure",
    "BedrockEmbeddings": "bedrock",
    "CohereEmbeddings": "cohere",
    "VoyageAIEmbeddings": "voyage",
    "GoogleGenerativeAIEmbeddings": "google",
    "VertexAIEmbeddings": "vertex",
    "MistralAIEmbeddings": "mistral",
    "init_embeddings": None,
}
OWN: Final = "its own memory"
STORES: Final = {
    "Pinecone": "pinecone",
    "PineconeVectorStore": "pinecone",
    "Weaviate": "weaviate",
    "WeaviateVectorStore": "weaviate",
    "Qdrant": "qdrant/standard",
    "QdrantClient": "qdrant/standard",
    "AsyncQdrantClient": "qdrant/standard",
    "QdrantVectorStore": "qdrant/standard",
    "Milvus": "zilliz",
    "Zilliz": "zilliz",
    "MilvusClient": "zilliz",
    "MongoDBAtlasVectorSearch": "mongodb",
    "UpstashVectorStore": "upstash",
    "SupabaseVectorStore": "supabase",
    "ElasticsearchStore": "elastic",
    "AmazonS3Vectors": "aws/s3-vectors",
    "OpenSearchVectorSearch": "aws/opensearch-serverless-nextgen",
    "AzureSearch": "azure/ai-search-basic",
    "AzureAISearchRetriever": "azure/ai-search-basic",
    "VectorSearchVectorStore": "google/vertex-vector-search",
    "TurbopufferVectorStore": "turbopuffer",
    "CloudflareVectorizeVectorStore": "cloudflare/vectorize",
    "RedisVectorStore": "redis/essentials",
    "Chroma": OWN,
    "FAISS": OWN,
    "InMemoryVectorStore": OWN,
    "DocArrayInMemorySearch": OWN,
    "LanceDB": OWN,
}
"""Vector stores, and the offer or product that stands for each; ``OWN``: in the program itself."""
CLIENTS: Final = {"s3vectors": "aws/s3-vectors"}
"""What ``boto3.client`` calls a store."""
EMBEDS: Final = re.compile(r"embed", re.I)
"""What a model is called that embeds, whatever asks it."""
SEARCHES: Final = re.compile(
    r"similarity_search\w*|a?similarity_search\w*|max_marginal_relevance_search\w*|as_retriever|"
    r"a?get_relevant_documents|query_points|query_vectors|retrieve_and_generate|knn_search|vector_search\w*|search_vectors?|"
    r"create_retriever_tool|hybrid_search\w*|semantic_search\w*"
)
"""Calls that query an index, whatever they are called on."""
RETRIEVER: Final = re.compile(r"retriever|vector_?(?:store|db|index)|knowledge_?base", re.I)
"""Names of what is asked for passages, and which of their calls ask."""
ASKS_RETRIEVER: Final = frozenset(("invoke", "ainvoke", "query", "search", "retrieve", "aquery"))
ASKER: Final = re.compile(
    r"(?:^|[_.])(?:llm|model|chat|chatbot|chain|agent|gpt|claude|gemini|bedrock|completion)"
    r"(?:[_.\d]|$)",
    re.I,
)
"""Names of what is asked for an answer."""
ASKS_MODEL: Final = frozenset(
    (
        *("invoke", "ainvoke", "stream", "astream", "predict", "apredict", "generate", "complete"),
        *("batch", "abatch", "agenerate", "call", "run", "arun", "chat", "ask"),
    )
)
TOOLS: Final = {
    "TavilySearch": "tavily/pay-as-you-go",
    "TavilySearchResults": "tavily/pay-as-you-go",
    "TavilyClient": "tavily/pay-as-you-go",
    "BraveSearch": "brave/search",
    "ExaSearchResults": "exa/search",
    "ExaSearchRetriever": "exa/search",
}
"""Tools that have a price of their own."""
PERSON: Final = re.compile(r"human|person|escalat|handoff|hand_off|operator|manual_review", re.I)
"""What a node or a text is called where a person takes over."""
ESCALATES: Final = re.compile(r"ESCALATE|HUMAN|HANDOFF|HAND_OFF|TRANSFER_TO_AGENT|MANUAL_REVIEW")
"""Texts that stand for a person: written in capitals, as a verdict is."""
CONFIDENCE: Final = re.compile(r"confiden|score|certain|threshold|relevan|ground|faithful", re.I)
JUDGE: Final = re.compile(
    r"valid|verif|check|judge|grade|critic|review|guard|evaluat|reflect", re.I
)
"""What a node is called that judges earlier ones."""
BY_NAME: Final = (
    ("index", re.compile(r"retriev|rag_|_rag$|^rag$|vector", re.I)),
    (
        "model",
        re.compile(
            r"reason|generat|answer|respond|agent|llm|model|chat|plan|write|summar|rewrit|classif|"
            r"extract|translat|draft|route|supervis",
            re.I,
        ),
    ),
)
"""What a node is taken for by its own name, where its code says nothing."""
