//! Requests to every operation of the simulator, both valid and invalid ones.

mod writes;

use digitalocean_sim::{
    AccountSeed, Droplet, Effect, Fault, LimitKind, Limits, PlainInfo, RequestFilter, Seed, Simulator, Token,
    plain_endpoints, routes,
};
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

/// An answer and the operation that it belongs to.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) route: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// JSON body; none if there is no body or it is not JSON.
    pub(crate) body: Option<Value>,
}

struct Exercise {
    sim: Simulator,
    client: reqwest::Client,
    answers: Vec<Answer>,
}

const ALL: &str = "dop_v1_demo_sync";

/// Values of path parameters, by the name of the parameter; those of plain endpoints are the ids of
/// their first objects.
const PARAMETERS: &[(&str, &str)] = &[
    ("{droplet_id}", "402117301"),
    ("{action_id}", "700000001"),
    ("{domain_name}", "bakkerij-jansen.example"),
    ("{project_id}", "3f1c9a52-7d0e-4c1b-9a64-0d5e8b7f2a10"),
    ("{domain_record_id}", "61100001"),
    ("{ssh_key_identifier}", "38112045"),
    ("{access_key}", "DO00EXAMPLEACCESSKEY"),
    ("{tag_id}", "prod"),
    ("{reserved_ip}", "198.18.20.7"),
    ("{floating_ip}", "198.18.20.7"),
    ("{reserved_ipv6}", "2001:db8:0:2020::a1"),
    ("{firewall_id}", "ea7b3c15-4d92-4f06-8a1e-93c0d5f2b748"),
    ("{lb_id}", "d8a4b1c2-6f3e-4a57-9b80-2c1e5f7a9d34"),
    ("{vpc_nat_gateway_id}", "91c6e2f7-0b5d-4e38-a9f4-6d72c81b3a05"),
    ("{database_cluster_uuid}", "2f8a6c17-94d3-4be0-8a51-c3d7e0b9f264"),
    ("{id}", "a3d90c5e-6b14-4c77-9e02-58f1d2b7c680"),
    ("{registry_name}", "noorderlicht"),
    ("{autoscale_pool_id}", "d4a1e7b3-52c9-4f08-91d6-e8b05c3f7a42"),
    ("{volume_id}", "6f1d2c8e-088a-4d3e-9a57-30b5c4d7e611"),
    ("{snapshot_id}", "198402113"),
    ("{image_id}", "186203417"),
    ("{invoice_uuid}", "b7c0d3a2-5e41-4f68-9a17-3d2c8e60f5b4"),
];

/// The answers of every operation: success, missing objects, invalid input, and all kinds of
/// refusal. The requests are sent once for all tests.
pub(crate) async fn answers() -> &'static [Answer] {
    static ANSWERS: OnceCell<Vec<Answer>> = OnceCell::const_new();
    ANSWERS.get_or_init(exchanged).await
}

async fn exchanged() -> Vec<Answer> {
    let other = AccountSeed::default().token("sync", Token::new("no-projects"));
    let sim = Simulator::start(Seed::demo().with_account("other", other)).await.unwrap();
    let demo = sim.account("demo");
    // Calling all operations takes more requests than the burst limit allows.
    demo.set_limits(Limits::hourly(5000).burst(5000));
    demo.set_token("none", Token::new("none").scopes::<String>([]));
    demo.add_droplet(Droplet::named("new").status("new").size("g-2vcpu-8gb").region("sgp1"));
    demo.add_droplet(Droplet::named("archived").status("archive"));
    demo.add_droplets(25);
    demo.assign(&demo.default_project().unwrap(), "do:app:4f6c71e2-1e90-4762-9fee-6cc4a0a9f2cf");
    demo.assign(&demo.default_project().unwrap(), "do:space:assets");
    // The demo account has an assigned IPv4 and an unassigned IPv6 address. These are the opposite
    // cases.
    demo.add("reserved_ips", json!({ "ip": "198.18.20.8" }));
    demo.add("reserved_ipv6s", json!({ "ip": "2001:db8:0:2020::a2", "droplet": 402_117_301 }));
    let mut exercise = Exercise { sim, client: reqwest::Client::new(), answers: Vec::new() };
    exercise.plain_requests().await;
    exercise.valid_requests().await;
    exercise.records().await;
    exercise.actions().await;
    exercise.invalid_requests().await;
    exercise.refused_requests().await;
    exercise.answers
}

impl Exercise {
    async fn call(&mut self, token: &str, method: &str, path: &str, body: Option<Value>) -> Value {
        let url = format!("{}{path}", self.sim.base_url());
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.client.request(method, url).bearer_auth(token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body: Option<Value> = serde_json::from_slice(&response.bytes().await.unwrap()).ok();
        let latest = RequestFilter { limit: Some(1), ..RequestFilter::default() };
        let entry = self.sim.requests().find(&latest).pop().unwrap();
        let route = entry.route.unwrap_or_else(|| panic!("no route for {path}"));
        let shown = body.clone().unwrap_or_default();
        self.answers.push(Answer { method: entry.method, path: path.to_owned(), route, status, headers, body });
        shown
    }

    async fn succeed(&mut self, method: &str, path: &str, body: Value) -> Value {
        let shown = self.call(ALL, method, path, (!body.is_null()).then_some(body)).await;
        let answer = self.answers.last().unwrap();
        assert!((200..300).contains(&answer.status), "{method} {path}: {} {shown}", answer.status);
        shown
    }

    async fn fail(&mut self, status: u16, method: &str, path: &str, body: Value) {
        let shown = self.call(ALL, method, path, (!body.is_null()).then_some(body)).await;
        assert_eq!(self.answers.last().unwrap().status, status, "{method} {path}: {shown}");
    }

    /// The list and the first object of every plain endpoint, and an object that does not exist.
    async fn plain_requests(&mut self) {
        for row in plain_endpoints() {
            self.succeed("GET", row.list, Value::Null).await;
            let path = self.first_object(&row);
            self.succeed("GET", &path, Value::Null).await;
            self.fail(404, "GET", &format!("{}/00000000-0000-4000-8000-000000000000", row.list), Value::Null).await;
        }
    }

    fn first_object(&self, row: &PlainInfo) -> String {
        let objects = self.sim.account("demo").list(row.collection);
        let first = objects.first().unwrap_or_else(|| panic!("seeds/demo.json has no {}", row.collection));
        let id = first[row.id].as_str().map_or_else(|| first[row.id].to_string(), str::to_owned);
        format!("{}/{id}", row.list)
    }

    async fn valid_requests(&mut self) {
        let none = Value::Null;
        for path in [
            "/v2/account",
            "/v2/droplets",
            "/v2/droplets?page=2",
            "/v2/droplets?per_page=200",
            "/v2/droplets?per_page=2&page=2",
            "/v2/droplets?page=99",
            "/v2/droplets?type=gpus",
            "/v2/droplets?name=archived",
            "/v2/droplets?tag_name=prod",
            "/v2/droplets/402117301",
            "/v2/droplets/455018113",
            "/v2/domains",
            "/v2/domains?per_page=3&page=2",
            "/v2/domains/bakkerij-jansen.example",
            "/v2/projects",
            "/v2/projects?per_page=1&page=2",
            "/v2/projects/default",
            "/v2/projects/default/resources",
            "/v2/projects/default/resources?per_page=2&page=2",
            "/v2/projects/8b24e6d1-52f3-4f0a-8c7e-6a19c0d34b52",
            "/v2/projects/8b24e6d1-52f3-4f0a-8c7e-6a19c0d34b52/resources",
        ] {
            self.succeed("GET", path, none.clone()).await;
        }
        self.succeed("GET", "/v2/domains/bakkerij-jansen.example/records", none.clone()).await;
        self.succeed("GET", "/v2/domains/bakkerij-jansen.example/records?per_page=2&page=2", none.clone()).await;
        self.succeed("GET", "/v2/domains/bakkerij-jansen.example/records/61100001", none.clone()).await;
        for path in [
            "/v2/certificates?name=alpine-shop",
            "/v2/account/keys",
            "/v2/account/keys/38112045",
            "/v2/spaces/keys",
            "/v2/spaces/keys/DO00EXAMPLEACCESSKEY",
            "/v2/tags",
            "/v2/tags/prod",
            "/v2/reserved_ips",
            "/v2/reserved_ips/198.18.20.7",
            "/v2/reserved_ips/198.18.20.8",
            "/v2/floating_ips",
            "/v2/floating_ips/198.18.20.7",
            "/v2/floating_ips/198.18.20.8",
            "/v2/reserved_ipv6",
            "/v2/reserved_ipv6/2001:db8:0:2020::a1",
            "/v2/reserved_ipv6/2001:db8:0:2020::a2",
            "/v2/firewalls",
            "/v2/firewalls/ea7b3c15-4d92-4f06-8a1e-93c0d5f2b748",
            "/v2/load_balancers",
            "/v2/load_balancers/d8a4b1c2-6f3e-4a57-9b80-2c1e5f7a9d34",
            "/v2/vpc_nat_gateways",
            "/v2/vpc_nat_gateways?state=active&region=fra1",
            "/v2/vpc_nat_gateways/91c6e2f7-0b5d-4e38-a9f4-6d72c81b3a05",
        ] {
            self.succeed("GET", path, none.clone()).await;
        }
        for path in [
            "/v2/droplets/402117301/backups",
            "/v2/droplets/418630024/backups",
            "/v2/volumes",
            "/v2/volumes?region=fra1&name=shop-data",
            "/v2/volumes/6f1d2c8e-088a-4d3e-9a57-30b5c4d7e611",
            "/v2/snapshots",
            "/v2/snapshots?per_page=5&page=2",
            "/v2/snapshots?resource_type=volume",
            "/v2/snapshots/198402113",
            "/v2/snapshots/b3c6a1f4-7e20-4b6d-8f35-0d9e2a71c4f8",
            "/v2/images?per_page=200",
            "/v2/images?private=true",
            "/v2/images?type=distribution",
            "/v2/images/186203417",
            "/v2/images/198402113",
            "/v2/images/231880112",
            "/v2/images/debian-12-x64",
        ] {
            self.succeed("GET", path, none.clone()).await;
        }
        for path in [
            "/v2/databases",
            "/v2/databases?tag_name=shop",
            "/v2/databases/2f8a6c17-94d3-4be0-8a51-c3d7e0b9f264",
            "/v2/apps",
            "/v2/apps?with_projects=true",
            "/v2/apps/a3d90c5e-6b14-4c77-9e02-58f1d2b7c680",
            "/v2/registries",
            "/v2/registries/noorderlicht",
            "/v2/registry",
            "/v2/registry/subscription",
            "/v2/droplets/autoscale",
            "/v2/droplets/autoscale?name=alpine-imports",
            "/v2/droplets/autoscale/d4a1e7b3-52c9-4f08-91d6-e8b05c3f7a42",
        ] {
            self.succeed("GET", path, none.clone()).await;
        }
        let april = "/v2/customers/my/invoices/b7c0d3a2-5e41-4f68-9a17-3d2c8e60f5b4";
        for path in [
            "/v2/customers/my/balance",
            "/v2/customers/my/billing_history",
            "/v2/customers/my/billing_history?per_page=2&page=2",
            "/v2/customers/my/invoices",
            "/v2/customers/my/invoices?per_page=200",
            "/v2/customers/my/invoices/preview",
            "/v2/customers/my/invoices/preview/summary",
            april,
            &format!("{april}?per_page=5&page=7"),
            &format!("{april}/summary"),
            &format!("{april}/csv"),
            &format!("{april}/pdf"),
        ] {
            self.succeed("GET", path, none.clone()).await;
        }
        // A narrow token gets the same shapes with fewer objects and fields.
        for path in ["/v2/account", "/v2/droplets", "/v2/domains", "/v2/projects/default/resources"] {
            self.call("dop_v1_demo_narrow", "GET", path, None).await;
            assert_eq!(self.answers.last().unwrap().status, 200);
        }
        self.succeed("POST", "/v2/domains", json!({ "name": "new.example", "ip_address": "192.0.2.1" })).await;
        self.succeed("DELETE", "/v2/domains/new.example", none.clone()).await;
        let made = self.succeed("POST", "/v2/projects", json!({ "name": "New", "purpose": "A test of mine" })).await;
        let id = made["project"]["id"].as_str().unwrap().to_owned();
        let all_fields = |name: &str, is_default: bool| {
            json!({
                "name": name, "description": "d", "purpose": "IoT", "environment": "Staging", "is_default": is_default,
            })
        };
        self.succeed("PUT", &format!("/v2/projects/{id}"), all_fields("New 2", false)).await;
        self.succeed("PATCH", &format!("/v2/projects/{id}"), json!({ "description": "e" })).await;
        self.succeed("PUT", "/v2/projects/default", all_fields("Platform 2", true)).await;
        self.succeed("PATCH", "/v2/projects/default", json!({ "name": "Platform" })).await;
        let urns = json!({ "resources": ["do:droplet:402117301", "do:droplet:1", "do:space:assets"] });
        self.succeed("POST", &format!("/v2/projects/{id}/resources"), urns.clone()).await;
        self.fail(412, "DELETE", &format!("/v2/projects/{id}"), none.clone()).await;
        self.succeed("POST", "/v2/projects/default/resources", urns).await;
        self.succeed("DELETE", &format!("/v2/projects/{id}"), none.clone()).await;
        self.succeed("DELETE", "/v2/droplets/455018113", none).await;
    }

    async fn invalid_requests(&mut self) {
        let none = Value::Null;
        let gone = "/v2/projects/00000000-0000-4000-8000-000000000000";
        for (method, path) in [
            ("GET", "/v2/droplets/1"),
            ("DELETE", "/v2/droplets/1"),
            ("GET", "/v2/domains/gone.example"),
            ("DELETE", "/v2/domains/gone.example"),
            ("GET", gone),
            ("DELETE", gone),
            ("GET", "/v2/domains/gone.example/records"),
            ("GET", "/v2/domains/bakkerij-jansen.example/records/1"),
            ("GET", "/v2/account/keys/1"),
            ("GET", "/v2/spaces/keys/DO00UNKNOWN"),
            ("GET", "/v2/tags/gone"),
            ("GET", "/v2/reserved_ips/192.0.2.1"),
            ("GET", "/v2/floating_ips/192.0.2.1"),
            ("GET", "/v2/reserved_ipv6/2001:db8::1"),
            ("GET", "/v2/firewalls/00000000-0000-4000-8000-000000000000"),
            ("GET", "/v2/load_balancers/00000000-0000-4000-8000-000000000000"),
            ("GET", "/v2/vpc_nat_gateways/00000000-0000-4000-8000-000000000000"),
            ("GET", "/v2/databases/00000000-0000-4000-8000-000000000000"),
            ("GET", "/v2/apps/00000000-0000-4000-8000-000000000000"),
            ("GET", "/v2/registries/gone"),
            ("GET", "/v2/droplets/autoscale/00000000-0000-4000-8000-000000000000"),
            ("GET", "/v2/droplets/1/backups"),
            ("GET", "/v2/volumes/00000000-0000-4000-8000-000000000000"),
            ("GET", "/v2/snapshots/1"),
            ("GET", "/v2/images/1"),
            ("GET", "/v2/customers/my/invoices/gone"),
            ("GET", "/v2/customers/my/invoices/gone/csv"),
            ("GET", "/v2/customers/my/invoices/gone/pdf"),
            ("GET", "/v2/customers/my/invoices/gone/summary"),
        ] {
            self.fail(404, method, path, none.clone()).await;
        }
        let all_fields =
            json!({ "name": "x", "description": "", "purpose": "IoT", "environment": "Staging", "is_default": false });
        self.fail(404, "PUT", gone, all_fields.clone()).await;
        self.fail(404, "PATCH", gone, json!({ "name": "x" })).await;
        self.fail(404, "GET", &format!("{gone}/resources"), none.clone()).await;
        self.fail(404, "POST", &format!("{gone}/resources"), json!({ "resources": [] })).await;
        self.sim.account("demo").add("registries", json!({ "name": "second" }));
        self.fail(412, "GET", "/v2/registry", none.clone()).await;
        self.sim.account("demo").remove("registries", "second");
        // This account has neither a default project nor a registry.
        for (method, path, body) in [
            ("GET", "/v2/projects/default", None),
            ("PUT", "/v2/projects/default", Some(all_fields)),
            ("PATCH", "/v2/projects/default", Some(json!({ "name": "x" }))),
            ("GET", "/v2/projects/default/resources", None),
            ("POST", "/v2/projects/default/resources", Some(json!({ "resources": [] }))),
            ("GET", "/v2/registry", None),
            ("GET", "/v2/registry/subscription", None),
        ] {
            self.call("no-projects", method, path, body).await;
            assert_eq!(self.answers.last().unwrap().status, 404, "{method} {path}");
        }
        self.fail(422, "GET", "/v2/droplets?tag_name=a&name=b", none.clone()).await;
        self.fail(422, "GET", "/v2/droplets?type=other", none.clone()).await;
        self.fail(400, "GET", "/v2/snapshots/231880112", none.clone()).await;
        self.fail(422, "GET", "/v2/snapshots?resource_type=image", none.clone()).await;
        self.fail(422, "POST", "/v2/domains", json!({ "name": "bakkerij-jansen.example" })).await;
        self.fail(422, "POST", "/v2/domains", json!({})).await;
        self.fail(400, "POST", "/v2/domains", json!([])).await;
        self.fail(422, "POST", "/v2/projects", json!({ "name": "x" })).await;
        self.fail(409, "POST", "/v2/projects", json!({ "name": "Platform", "purpose": "IoT" })).await;
        self.fail(422, "PUT", "/v2/projects/default", json!({ "name": "x" })).await;
        self.fail(422, "PATCH", "/v2/projects/default", json!({})).await;
        self.fail(400, "POST", "/v2/projects/default/resources", json!({ "resources": ["droplet:1"] })).await;
        self.fail(412, "DELETE", "/v2/projects/3f1c9a52-7d0e-4c1b-9a64-0d5e8b7f2a10", none).await;
    }

    /// Calls every route without a valid token, without a scope, over the limit, and with a server
    /// error.
    async fn refused_requests(&mut self) {
        for route in routes() {
            let plain = plain_endpoints().into_iter().find(|row| row.object == route.path);
            let path = plain.map_or_else(|| route.path.clone(), |row| self.first_object(&row));
            let path = PARAMETERS.iter().fold(path, |path, (name, value)| path.replace(name, value));
            assert!(!path.contains('{'), "PARAMETERS has no value for {path}");
            for (token, status) in [("wrong", 401), ("none", 403)] {
                self.call(token, &route.method, &path, None).await;
                assert_eq!(self.answers.last().unwrap().status, status, "{route:?}");
            }
            for (effect, status) in [
                (Effect::rate_limit(LimitKind::Burst), 429),
                (Effect::rate_limit(LimitKind::Hourly), 429),
                (Effect::status(500), 500),
                (Effect::status(503), 503),
            ] {
                self.sim.faults().add(Fault::on(&path, effect).times(1).id("one"));
                self.call(ALL, &route.method, &path, None).await;
                assert_eq!(self.answers.last().unwrap().status, status, "{route:?}");
            }
            self.sim.faults().clear();
        }
    }
}
