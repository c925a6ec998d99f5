//! The template as the tests read it.

use serde_json::{Map, Value, json};

use crate::generated;

/// `template.yaml`, its short intrinsics in their long form.
pub(crate) struct Deployed(pub(crate) Value);

/// A function that works off a queue.
pub(crate) struct Worker {
    /// The prefix of the worker's logical names, such as `FloatingIps`.
    pub(crate) id: String,
    /// The value of `WORKER`, such as `floating-ips`.
    pub(crate) name: String,
    /// The binary that it runs.
    pub(crate) binary: String,
}

impl Deployed {
    /// Reads the template that `infra/template` makes; a test keeps `template.yaml` equal to it.
    pub(crate) fn read() -> Self {
        Self(local::template::parse(&generated::template()).expect("infra/template makes a template"))
    }

    pub(crate) fn resources(&self) -> &Map<String, Value> {
        self.0["Resources"].as_object().unwrap()
    }

    /// The properties of a resource.
    pub(crate) fn properties(&self, id: &str) -> &Value {
        &self.resources().get(id).unwrap_or_else(|| panic!("the template has no {id}"))["Properties"]
    }

    /// The environment variables of a function, without those of `Globals`.
    pub(crate) fn variables(&self, function: &str) -> &Value {
        &self.properties(function)["Environment"]["Variables"]
    }

    /// Logical name and properties of each resource of a type.
    pub(crate) fn of_type(&self, wanted: &str) -> Vec<(&str, &Value)> {
        let resources = self.resources().iter().filter(|(_, resource)| resource["Type"] == wanted);
        resources.map(|(id, resource)| (id.as_str(), &resource["Properties"])).collect()
    }

    /// Returns every worker of the template.
    pub(crate) fn workers(&self) -> Vec<Worker> {
        let worker = |(id, function): (&str, &Value)| {
            let name = function["Environment"]["Variables"]["WORKER"].as_str()?.to_owned();
            let binary = self.resources()[id]["Metadata"]["BuildProperties"]["Binary"].as_str()?.to_owned();
            Some(Worker { id: id.strip_suffix("Function").unwrap().to_owned(), name, binary })
        };
        self.of_type("AWS::Serverless::Function").into_iter().filter_map(worker).collect()
    }

    /// The workers with a schedule. The others are woken up by sagas.
    pub(crate) fn scheduled_workers(&self) -> impl Iterator<Item = Worker> {
        let on_demand = |worker: &&provisioning::SagaFunction| worker.cadence_minutes.is_none();
        let on_demand: Vec<&str> = provisioning::WORKERS.iter().filter(on_demand).map(|worker| worker.name).collect();
        self.workers().into_iter().filter(move |worker| !on_demand.contains(&worker.name.as_str()))
    }

    /// The statements of a role's only policy.
    pub(crate) fn statements(&self, role: &str) -> &[Value] {
        let [policy] = self.properties(role)["Policies"].as_array().unwrap().as_slice() else { panic!("{role}") };
        policy["PolicyDocument"]["Statement"].as_array().unwrap()
    }

    /// The resources on which a role may do an action, as sorted JSON texts.
    pub(crate) fn allowed_resources(&self, role: &str, action: &str) -> Vec<String> {
        let listed = |value: &Value| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
        let allows = |statement: &&Value| listed(&statement["Action"]).contains(&json!(action));
        let statements = self.statements(role).iter().filter(allows);
        let mut resources: Vec<String> = statements
            .flat_map(|statement| listed(&statement["Resource"]))
            .map(|resource| resource.to_string())
            .collect();
        resources.sort();
        resources
    }
}

/// The long form of `!GetAtt resource.attribute`.
pub(crate) fn get_att(resource: &str, attribute: &str) -> Value {
    json!({ "Fn::GetAtt": [resource, attribute] })
}

/// The ARNs of these resources, as [`Deployed::allowed_resources`] tells them.
pub(crate) fn arns<'a>(resources: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut arns: Vec<String> = resources.into_iter().map(|resource| get_att(resource, "Arn").to_string()).collect();
    arns.sort();
    arns
}
