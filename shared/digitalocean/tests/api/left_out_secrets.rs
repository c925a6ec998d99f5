//! Secrets in responses: the fields that a model leaves out cannot be stored.

use serde_json::json;

use crate::server::{ok, serve};

#[tokio::test]
async fn keys_and_recipients_are_not_decoded() {
    let (_server, client) = serve(ok(json!({
        "key": { "access_key": "DO00", "name": "shop", "secret_key": "5ecre7" },
        "policy": { "uuid": "p", "alerts": {
            "email": ["bob@example.com"],
            "slack": [{ "channel": "ops", "url": "https://hooks.slack.com/services/5ecre7" }] } },
        "ssh_key": { "id": 1, "public_key": "ssh-ed25519 5ecre7", "private_key": "5ecre7" },
        "certificate": { "id": "c", "private_key": "5ecre7", "leaf_certificate": "5ecre7" }
    })))
    .await;
    let key = client.spaces_keys().get("DO00").await.unwrap();
    let policy = client.alert_policies().get("p").await.unwrap();
    let ssh_key = client.ssh_keys().get(1).await.unwrap();
    let certificate = client.certificates().get("c").await.unwrap();
    let written = json!([key, policy, ssh_key, certificate]).to_string();
    let printed = format!("{written} {key:?} {policy:?} {ssh_key:?} {certificate:?}");
    assert!(!printed.contains("5ecre7") && !printed.contains("slack") && !printed.contains("bob@"), "{printed}");
}

#[tokio::test]
async fn passwords_and_settings_are_not_decoded() {
    let connection = json!({ "uri": "postgres://doadmin:5ecre7@host/db", "user": "doadmin", "password": "5ecre7" });
    let component = json!({
        "name": "web", "envs": [{ "key": "TOKEN", "value": "5ecre7" }], "run_command": "run --key 5ecre7",
        "git": { "repo_clone_url": "https://deploy:5ecre7@git.example/web.git" },
        "image": { "registry_credentials": "deploy:5ecre7" },
        "log_destinations": [{ "name": "logs", "datadog": { "api_key": "5ecre7" } }]
    });
    let components = json!([component]);
    let spec = json!({
        "name": "shop", "services": components, "workers": components, "jobs": components, "static_sites": components,
        "functions": components, "databases": components, "envs": [{ "key": "TOKEN", "value": "5ecre7" }]
    });
    let (_server, client) = serve(ok(json!({
        "database": {
            "id": "d", "connection": connection, "private_connection": connection, "standby_connection": connection,
            "standby_private_connection": connection, "ui_connection": connection, "schema_registry_connection": connection,
            "users": [{ "name": "doadmin", "password": "5ecre7", "access_key": "5ecre7", "access_cert": "5ecre7" }]
        },
        "app": { "id": "a", "spec": spec, "active_deployment": { "spec": spec }, "pending_deployment": { "spec": spec } },
        "namespace": { "namespace": "fn-n", "label": "webhooks", "key": "5ecre7" },
        "autoscale_pool": { "id": "p", "droplet_template": { "user_data": "export TOKEN=5ecre7", "ssh_keys": ["5ecre7"] } }
    })))
    .await;
    let database = client.databases().get("d").await.unwrap();
    let app = client.apps().get("a").await.unwrap();
    let namespace = client.functions_namespaces().get("fn-n").await.unwrap();
    let pool = client.autoscale_pools().get("p").await.unwrap();
    assert_eq!(app.spec.functions[0].name, "web");
    let written = json!([database, app, namespace, pool]).to_string();
    let printed = format!("{written} {database:?} {app:?} {namespace:?} {pool:?}");
    assert!(!printed.contains("5ecre7"), "{printed}");
}

#[tokio::test]
async fn the_keys_of_agents_endpoints_and_add_ons_are_not_decoded() {
    let spec = json!({ "name": "chat", "model_deployments": [{ "workload_config": { "hf_token": "5ecre7" } }] });
    let (_server, client) = serve(ok(json!({
        "agent": {
            "uuid": "a", "api_keys": [{ "api_key": "5ecre7" }], "chatbot_identifiers": [{ "agent_chatbot_identifier": "5ecre7" }],
            "instruction": "the password is 5ecre7", "mcp_servers": [{ "authorization": "5ecre7" }],
            "deployment": { "status": "STATUS_RUNNING", "url": "https://5ecre7.example" },
            "model": { "name": "Llama", "provider_key": "5ecre7" }
        },
        "knowledge_base": { "uuid": "k", "datasources": [{ "aws_data_source": { "secret_key": "5ecre7" } }] },
        "dedicated_inference": { "id": "d", "spec": spec, "pending_deployment_spec": spec, "access_tokens": ["5ecre7"] },
        "vector_db": { "id": "v", "api_key": "5ecre7", "endpoints": { "http": "https://user:5ecre7@db.example" } },
        "partner_attachment": { "id": "p", "bgp": { "auth_key": "5ecre7" }, "service_key": "5ecre7" },
        "resource": { "uuid": "s", "sso_url": "https://vendor.example/?token=5ecre7", "config": { "KEY": "5ecre7" },
            "metadata": [{ "name": "key", "value": "5ecre7" }], "message": "use 5ecre7" }
    })))
    .await;
    let agent = client.agents().get("a").await.unwrap();
    let knowledge_base = client.knowledge_bases().get("k").await.unwrap();
    let inference = client.dedicated_inferences().get("d").await.unwrap();
    let database = client.vector_databases().get("v").await.unwrap();
    let attachment = client.partner_attachments().get("p").await.unwrap();
    let add_on = client.saas_add_ons().get("s").await.unwrap();
    assert_eq!(inference.spec.as_ref().unwrap().name, "chat");
    let written = json!([agent, knowledge_base, inference, database, attachment, add_on]).to_string();
    let printed =
        format!("{written} {agent:?} {knowledge_base:?} {inference:?} {database:?} {attachment:?} {add_on:?}");
    assert!(!printed.contains("5ecre7"), "{printed}");
}
