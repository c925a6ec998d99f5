//! Agents of the Gen-AI platform.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/GradientAI-Platform>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::lenient_serde::null_as_default;
use crate::pages::list_item;

area! {
    /// The API calls for Gen-AI agents.
    agents: Agents;

    /// Lists the agents. For an account without any, the call may return 404.
    list() -> [Agent] = GET "/v2/gen-ai/agents", "genai:read", "agents";

    /// Reads one agent by its UUID.
    get(uuid: &str) -> Agent = GET "/v2/gen-ai/agents/{uuid}", "genai:read", "agent";
}

/// A Gen-AI agent. The model leaves out what may hold secrets: its API keys, its instructions, the
/// settings of its chatbot and of the servers that it uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// The agent's id, a UUID.
    pub uuid: String,
    /// Name of the agent; empty when DigitalOcean does not send one.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Slug of the region that the agent runs in.
    pub region: Option<String>,
    /// Id of the project that the agent is in.
    pub project_id: Option<String>,
    /// Foundation model that the agent uses.
    pub model: Option<AgentModel>,
    /// Deployment at which the agent answers.
    pub deployment: Option<AgentDeployment>,
    /// Tags of the agent; empty when the token may not read tags.
    #[serde(default, deserialize_with = "null_as_default")]
    pub tags: Vec<String>,
    /// Creation time of the agent.
    pub created_at: Option<DateTime<Utc>>,
}

/// The foundation model of an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentModel {
    /// Name of the model; empty when DigitalOcean does not send one.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
}

/// The deployment of an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentDeployment {
    /// State of the deployment, such as `STATUS_RUNNING`.
    pub status: Option<String>,
}

list_item!(Agent by uuid: String);
