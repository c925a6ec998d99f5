//! Requests that write records and start actions on droplets.

use digitalocean_sim::ConsistencySettings;
use serde_json::{Value, json};

use super::Exercise;

impl Exercise {
    /// Creates, changes in both ways and deletes a record of every type, and sends writes that are
    /// refused.
    pub(super) async fn records(&mut self) {
        let records = "/v2/domains/bakkerij-jansen.example/records";
        for record in [
            json!({ "type": "A", "name": "a", "data": "192.0.2.1" }),
            json!({ "type": "AAAA", "name": "a", "data": "2001:db8::1", "ttl": 60 }),
            json!({ "type": "CAA", "name": "@", "data": "letsencrypt.org.", "flags": 128, "tag": "issue" }),
            json!({ "type": "CNAME", "name": "c", "data": "@" }),
            json!({ "type": "MX", "data": "mail.bakkerij-jansen.example.", "priority": 0 }),
            json!({ "type": "NS", "name": "n", "data": "ns1.example.net." }),
            json!({ "type": "SRV", "name": "_s._tcp", "data": ".", "priority": 0, "port": 0, "weight": 0 }),
            json!({ "type": "TXT", "name": "t", "data": "Text" }),
        ] {
            let made = self.succeed("POST", records, record.clone()).await;
            let path = format!("{records}/{}", made["domain_record"]["id"]);
            self.succeed("PUT", &path, record.clone()).await;
            self.succeed("PATCH", &path, record).await;
            self.succeed("GET", &path, Value::Null).await;
            self.succeed("DELETE", &path, Value::Null).await;
            self.fail(404, "PUT", &path, json!({ "type": "A" })).await;
            self.fail(404, "PATCH", &path, json!({ "type": "A" })).await;
            self.fail(404, "DELETE", &path, Value::Null).await;
        }
        self.fail(404, "POST", "/v2/domains/gone.example/records", json!({ "type": "A" })).await;
        self.fail(422, "POST", records, json!({ "type": "MX", "data": "mail.example.", "name": "@" })).await;
        self.fail(422, "PUT", &format!("{records}/61100001"), json!({ "type": "A" })).await;
        self.fail(400, "POST", records, json!([])).await;
    }

    /// An action in progress, a completed one and one that failed, and the snapshot of the
    /// completed one.
    pub(super) async fn actions(&mut self) {
        let none = Value::Null;
        let demo = self.sim.account("demo");
        let actions = "/v2/droplets/402117301/actions";
        let snapshot = json!({ "type": "snapshot", "name": "by hand" });
        demo.set_consistency(ConsistencySettings { action_ms: 3_600_000, ..ConsistencySettings::default() });
        let action = self.succeed("POST", actions, snapshot.clone()).await;
        let id = action["action"]["id"].to_string();
        self.succeed("GET", &format!("{actions}/{id}"), none.clone()).await;
        self.fail(422, "POST", actions, snapshot.clone()).await;
        demo.change("actions", &id, json!({ "status": "errored" }));
        self.succeed("GET", &format!("/v2/actions/{id}"), none.clone()).await;
        demo.set_consistency(ConsistencySettings { action_ms: 0, ..ConsistencySettings::default() });
        self.succeed("POST", actions, json!({ "type": "reboot" })).await;
        self.succeed("POST", actions, snapshot).await;
        for path in [actions, "/v2/actions", "/v2/actions?per_page=1&page=2", "/v2/droplets/402117301/snapshots"] {
            self.succeed("GET", path, none.clone()).await;
        }
        let snapshots = demo.list("snapshots");
        let made = snapshots.last().unwrap()["id"].as_str().unwrap();
        self.succeed("DELETE", &format!("/v2/snapshots/{made}"), none.clone()).await;
        self.fail(404, "DELETE", &format!("/v2/snapshots/{made}"), none.clone()).await;
        self.fail(400, "DELETE", "/v2/snapshots/231880112", none.clone()).await;
        self.fail(422, "POST", actions, json!({ "type": "resize", "size": "c-2" })).await;
        self.fail(404, "POST", "/v2/droplets/1/actions", json!({ "type": "reboot" })).await;
        for path in
            ["/v2/droplets/1/actions", "/v2/droplets/1/snapshots", "/v2/droplets/402117301/actions/1", "/v2/actions/1"]
        {
            self.fail(404, "GET", path, none.clone()).await;
        }
    }
}
