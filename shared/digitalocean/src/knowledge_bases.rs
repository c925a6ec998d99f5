//! Knowledge bases of the Gen-AI platform.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/GradientAI-Platform>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::lenient_serde::null_as_default;
use crate::pages::list_item;

area! {
    /// The API calls for Gen-AI knowledge bases.
    knowledge_bases: KnowledgeBases;

    /// Lists the knowledge bases. For an account without any, the call may return 404.
    list() -> [KnowledgeBase] = GET "/v2/gen-ai/knowledge_bases", "genai:read", "knowledge_bases";

    /// Reads one knowledge base.
    get(uuid: &str) -> KnowledgeBase = GET "/v2/gen-ai/knowledge_bases/{uuid}", "genai:read", "knowledge_base";
}

/// A knowledge base, from which agents answer. The model leaves out its data sources, which may
/// come with credentials, and its indexing jobs. DigitalOcean sends no state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnowledgeBase {
    /// The knowledge base's id, a UUID.
    pub uuid: String,
    /// Name of the knowledge base; empty when DigitalOcean does not send one.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Slug of the region that the knowledge base is in.
    pub region: Option<String>,
    /// Id of the project that the knowledge base is in.
    pub project_id: Option<String>,
    /// Id of the database cluster that has the index.
    pub database_id: Option<String>,
    /// Tags of the knowledge base; empty when the token may not read tags.
    #[serde(default, deserialize_with = "null_as_default")]
    pub tags: Vec<String>,
    /// Creation time of the knowledge base.
    pub created_at: Option<DateTime<Utc>>,
}

list_item!(KnowledgeBase by uuid: String);
