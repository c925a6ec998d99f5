//! Asks the simulator for everything it serves, well and badly.

use digitalocean_sim::{AccountSeed, Droplet, Effect, Fault, LimitKind, Seed, Simulator, Token, routes};
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

/// An answer and the operation that gave it.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) route: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// None if there is no body, or none that is JSON.
    pub(crate) body: Option<Value>,
}

struct Exercise {
    sim: Simulator,
    answers: Vec<Answer>,
}

const ALL: &str = "dop_v1_demo_sync";

/// The answers of every operation: as it should go, for what is not there, for bad input, and refused in every way.
pub(crate) async fn answers() -> Vec<Answer> {
    let other = AccountSeed::default().token("sync", Token::new("no-projects"));
    let sim = Simulator::start(Seed::demo().with_account("other", other)).await.unwrap();
    let demo = sim.account("demo");
    demo.set_token("none", Token::new("none").scopes::<String>([]));
    demo.add_droplet(Droplet::named("new").status("new").size("g-2vcpu-8gb").region("sgp1"));
    demo.add_droplet(Droplet::named("archived").status("archive"));
    demo.add_droplets(25);
    demo.assign(&demo.default_project().unwrap(), "do:app:4f6c71e2-1e90-4762-9fee-6cc4a0a9f2cf");
    demo.assign(&demo.default_project().unwrap(), "do:space:assets");
    let mut exercise = Exercise { sim, answers: Vec::new() };
    exercise.as_it_should_go().await;
    exercise.badly().await;
    exercise.refused().await;
    exercise.answers
}

impl Exercise {
    async fn call(&mut self, token: &str, method: &str, path: &str, body: Option<Value>) -> Value {
        let url = format!("{}{path}", self.sim.base_url());
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = reqwest::Client::new().request(method, url).bearer_auth(token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body: Option<Value> = serde_json::from_slice(&response.bytes().await.unwrap()).ok();
        let entry = self.sim.requests().all().pop().unwrap();
        let route = entry.route.unwrap_or_else(|| panic!("no route for {path}"));
        let shown = body.clone().unwrap_or_default();
        self.answers.push(Answer { method: entry.method, path: path.to_owned(), route, status, headers, body });
        shown
    }

    async fn go(&mut self, method: &str, path: &str, body: Value) -> Value {
        let shown = self.call(ALL, method, path, (!body.is_null()).then_some(body)).await;
        let answer = self.answers.last().unwrap();
        assert!((200..300).contains(&answer.status), "{method} {path}: {} {shown}", answer.status);
        shown
    }

    async fn fail(&mut self, status: u16, method: &str, path: &str, body: Value) {
        let shown = self.call(ALL, method, path, (!body.is_null()).then_some(body)).await;
        assert_eq!(self.answers.last().unwrap().status, status, "{method} {path}: {shown}");
    }

    async fn as_it_should_go(&mut self) {
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
            self.go("GET", path, none.clone()).await;
        }
        // A narrow token sees less of the same shapes.
        for path in ["/v2/account", "/v2/droplets", "/v2/domains", "/v2/projects/default/resources"] {
            self.call("dop_v1_demo_narrow", "GET", path, None).await;
            assert_eq!(self.answers.last().unwrap().status, 200);
        }
        self.go("POST", "/v2/domains", json!({ "name": "new.example", "ip_address": "192.0.2.1" })).await;
        self.go("DELETE", "/v2/domains/new.example", none.clone()).await;
        let made = self.go("POST", "/v2/projects", json!({ "name": "New", "purpose": "A test of mine" })).await;
        let id = made["project"]["id"].as_str().unwrap().to_owned();
        let whole = |name: &str, is_default: bool| {
            json!({
                "name": name, "description": "d", "purpose": "IoT", "environment": "Staging", "is_default": is_default,
            })
        };
        self.go("PUT", &format!("/v2/projects/{id}"), whole("New 2", false)).await;
        self.go("PATCH", &format!("/v2/projects/{id}"), json!({ "description": "e" })).await;
        self.go("PUT", "/v2/projects/default", whole("Platform 2", true)).await;
        self.go("PATCH", "/v2/projects/default", json!({ "name": "Platform" })).await;
        let urns = json!({ "resources": ["do:droplet:402117301", "do:droplet:1", "do:space:assets"] });
        self.go("POST", &format!("/v2/projects/{id}/resources"), urns.clone()).await;
        self.fail(412, "DELETE", &format!("/v2/projects/{id}"), none.clone()).await;
        self.go("POST", "/v2/projects/default/resources", urns).await;
        self.go("DELETE", &format!("/v2/projects/{id}"), none.clone()).await;
        self.go("DELETE", "/v2/droplets/455018113", none).await;
    }

    async fn badly(&mut self) {
        let none = Value::Null;
        let gone = "/v2/projects/00000000-0000-4000-8000-000000000000";
        for (method, path) in [
            ("GET", "/v2/droplets/1"),
            ("DELETE", "/v2/droplets/1"),
            ("GET", "/v2/domains/gone.example"),
            ("DELETE", "/v2/domains/gone.example"),
            ("GET", gone),
            ("DELETE", gone),
        ] {
            self.fail(404, method, path, none.clone()).await;
        }
        let whole =
            json!({ "name": "x", "description": "", "purpose": "IoT", "environment": "Staging", "is_default": false });
        self.fail(404, "PUT", gone, whole.clone()).await;
        self.fail(404, "PATCH", gone, json!({ "name": "x" })).await;
        self.fail(404, "GET", &format!("{gone}/resources"), none.clone()).await;
        self.fail(404, "POST", &format!("{gone}/resources"), json!({ "resources": [] })).await;
        // An account without a default project.
        for (method, path, body) in [
            ("GET", "/v2/projects/default", None),
            ("PUT", "/v2/projects/default", Some(whole)),
            ("PATCH", "/v2/projects/default", Some(json!({ "name": "x" }))),
            ("GET", "/v2/projects/default/resources", None),
            ("POST", "/v2/projects/default/resources", Some(json!({ "resources": [] }))),
        ] {
            self.call("no-projects", method, path, body).await;
            assert_eq!(self.answers.last().unwrap().status, 404, "{method} {path}");
        }
        self.fail(422, "GET", "/v2/droplets?tag_name=a&name=b", none.clone()).await;
        self.fail(422, "GET", "/v2/droplets?type=other", none.clone()).await;
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

    /// Every route: without a token, without a scope, over the limit, and failing.
    async fn refused(&mut self) {
        for route in routes() {
            let path =
                route.path.replace("{droplet_id}", "402117301").replace("{domain_name}", "bakkerij-jansen.example");
            let path = path.replace("{project_id}", "3f1c9a52-7d0e-4c1b-9a64-0d5e8b7f2a10");
            assert!(!path.contains('{'), "say what to put into {path}");
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
