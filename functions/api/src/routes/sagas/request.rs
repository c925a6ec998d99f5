//! Validates requests to start or plan a saga. All invalid fields are reported at once, and nothing
//! is read from DigitalOcean.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{Account, AccountId, contains_token};
use sagas::definition::{CUSTOM, InputError, SAGA_TEMPLATES, SagaTemplate, StepRequest, validate};
use sagas::record::{Definition, digest};
use sagas::steps::STEPS;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::accounts::RequestedAccount;
use crate::http::parameters::is_plain;
use crate::http::problem::{ApiProblem, ValidationError};
use crate::http::text::TOKEN_REFUSED;

/// The longest time that a saga may be scheduled ahead.
const MAX_START_DELAY: TimeDelta = TimeDelta::days(366);

/// A saga to start: its steps, or the name of a saga template.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::routes) struct SagaRequest {
    /// Type of the saga. Without `steps`, the name of a template: `snapshot-droplet`, `ensure-dns`
    /// or `remove-dns`. With `steps`, a label of 1 to 48 characters of a-z, 0-9 and '-'; `custom`
    /// if left out.
    #[serde(rename = "type")]
    #[schema(example = "ensure-dns")]
    pub(super) saga_type: Option<String>,
    /// Account to work in; the only registered account if left out.
    #[schema(example = "main")]
    pub(super) account: Option<String>,
    /// Steps in their order, 1 to 20.
    pub(super) steps: Option<Vec<StepBody>>,
    /// Inputs for all steps that take an input of the name; inputs of a step take precedence.
    #[serde(default)]
    #[schema(value_type = Object, required = false, example = json!({
        "dns_domain": "shop.example", "dns_record_type": "A", "dns_record_name": "www", "dns_record_data": "192.0.2.7"
    }))]
    pub(super) inputs: Map<String, Value>,
    /// Value of `hash` of a plan. The saga is refused (409) if it would do anything else.
    pub(super) plan_hash: Option<String>,
    /// Time when the saga begins, at most 366 days ahead; now if left out or past.
    pub(super) start_at: Option<DateTime<Utc>>,
}

/// A step of a saga to start.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StepRequest)]
pub(in crate::routes) struct StepBody {
    /// Type of the step: `upsert_dns_record`, `delete_dns_record`, `create_droplet_snapshot`,
    /// `gate`, `wait` or `fail`.
    #[schema(example = "create_droplet_snapshot")]
    step: String,
    /// Inputs of the step. The bodies of `/provisioning` show those of the record and snapshot
    /// steps; `gate` takes `question` and `expires_in_seconds`, `wait` takes `seconds`, `fail`
    /// takes none. `{"$ref": "#/steps/0/outputs/snapshot_name"}` is replaced by an output of an
    /// earlier step.
    #[serde(default)]
    #[schema(value_type = Object, required = false, example = json!({ "droplet_id": "3164444" }))]
    inputs: Map<String, Value>,
}

/// A request that is valid as far as can be told without the registered accounts.
#[derive(Debug)]
pub(super) struct ValidatedRequest {
    /// The hash of the request's body, by which a repetition is recognized.
    pub(super) body_hash: String,
    request: SagaRequest,
    account: RequestedAccount,
}

/// A saga that may be started in this account.
#[derive(Debug)]
pub(super) struct StartRequest {
    pub(super) saga_type: String,
    pub(super) account: AccountId,
    pub(super) definition: Definition,
    pub(super) plan_hash: Option<String>,
    pub(super) start_at: Option<DateTime<Utc>>,
}

impl SagaRequest {
    /// Validates the request without the registered accounts and returns every invalid field.
    pub(super) fn validate(self, now: DateTime<Utc>) -> Result<ValidatedRequest, Vec<ValidationError>> {
        let mut errors: Vec<ValidationError> = self.tokens();
        let account = RequestedAccount::of(self.account.as_deref());
        errors.extend(account.as_ref().err().cloned());
        let mut add_error = |pointer: &str, detail: &str| {
            errors.push(ValidationError { pointer: pointer.to_owned(), detail: detail.to_owned() });
        };
        if self.plan_hash.as_ref().is_some_and(|hash| !is_digest(hash)) {
            add_error("#/plan_hash", "expected the hash of a plan: 64 hexadecimal digits");
        }
        if self.start_at.is_some_and(|at| at > now + MAX_START_DELAY) {
            add_error("#/start_at", "expected a time at most 366 days ahead");
        }
        // The validity of steps and inputs does not depend on the account, so any account will do.
        if let Ok(any) = AccountId::new("any")
            && let Err(wrong) = self.definition(&any)
        {
            errors.extend(wrong);
        }
        errors.sort();
        errors.dedup_by(|a, b| a.pointer == b.pointer);
        match account {
            Ok(account) if errors.is_empty() => {
                Ok(ValidatedRequest { body_hash: digest(&self), account, request: self })
            }
            _ => Err(errors),
        }
    }

    fn definition(&self, account: &AccountId) -> Result<(String, Definition), Vec<ValidationError>> {
        let name = self.saga_type.as_deref();
        let template = name.and_then(SagaTemplate::named);
        let checked = match (&self.steps, template) {
            (None, Some(template)) => template.validate(&STEPS, account, &self.inputs),
            (None, None) => return Err(vec![self.missing_steps()]),
            (Some(_), Some(_)) => {
                let detail = "a saga template has its own steps; leave out either the steps or the type".to_owned();
                return Err(vec![ValidationError::new("#/steps", detail)]);
            }
            (Some(steps), None) => {
                let label = name.filter(|name| !is_label(name)).map(|_| InputError {
                    pointer: "#/type".to_owned(),
                    detail: "expected 1 to 48 characters of a-z, 0-9 and '-'",
                });
                let steps: Vec<StepRequest> = steps.iter().map(StepBody::request).collect();
                match (validate(&STEPS, account, &steps, &self.inputs), label) {
                    (Ok(_), Some(label)) => Err(vec![label]),
                    (Err(mut errors), label) => {
                        errors.extend(label);
                        Err(errors)
                    }
                    (valid, None) => valid,
                }
            }
        };
        let shown =
            |error: InputError| ValidationError { pointer: shown(&error.pointer), detail: error.detail.to_owned() };
        let definition = checked.map_err(|errors| errors.into_iter().map(shown).collect::<Vec<_>>())?;
        Ok((name.unwrap_or(CUSTOM).to_owned(), definition))
    }

    fn missing_steps(&self) -> ValidationError {
        let names: Vec<&str> = SAGA_TEMPLATES.iter().map(|template| template.name).collect();
        match self.saga_type {
            Some(_) => {
                ValidationError::new("#/type", format!("expected one of {}, or steps in addition", names.join(", ")))
            }
            None => {
                ValidationError::new("#/steps", "expected steps, or the name of a saga template as type".to_owned())
            }
        }
    }

    /// Returns an error for every field that contains a token, because tokens must never reach the
    /// table.
    fn tokens(&self) -> Vec<ValidationError> {
        let texts = [("#/type", &self.saga_type), ("#/account", &self.account), ("#/plan_hash", &self.plan_hash)];
        let mut found: Vec<String> = texts
            .iter()
            .filter(|(_, text)| text.as_deref().is_some_and(contains_token))
            .map(|(at, _)| (*at).to_owned())
            .collect();
        let of = |inputs: &Map<String, Value>, below: &str| {
            let bad = inputs.iter().filter(|(name, value)| contains_token(name) || contains_token(&value.to_string()));
            bad.map(|(name, _)| shown(&format!("{below}/{name}"))).collect::<Vec<_>>()
        };
        found.extend(of(&self.inputs, "#/inputs"));
        for (index, step) in self.steps.iter().flatten().enumerate() {
            if contains_token(&step.step) {
                found.push(format!("#/steps/{index}/step"));
            }
            found.extend(of(&step.inputs, &format!("#/steps/{index}/inputs")));
        }
        found.into_iter().map(|pointer| ValidationError { pointer, detail: TOKEN_REFUSED.to_owned() }).collect()
    }
}

impl ValidatedRequest {
    /// Completes the request with the account that it names among the registered ones.
    pub(super) fn in_account(self, registered: Vec<Account>) -> Result<StartRequest, ApiProblem> {
        let account = self.account.resolve(registered)?;
        let (saga_type, definition) = self.request.definition(&account).map_err(ApiProblem::unprocessable)?;
        let SagaRequest { plan_hash, start_at, .. } = self.request;
        Ok(StartRequest { saga_type, account, definition, plan_hash, start_at })
    }
}

impl StepBody {
    fn request(&self) -> StepRequest {
        StepRequest { step: self.step.clone(), inputs: self.inputs.clone() }
    }
}

/// A pointer that may be returned to the caller. The pointer ends before a name that may not be
/// repeated, see [`is_plain`].
fn shown(pointer: &str) -> String {
    let is_index = |part: &str| part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts = pointer.split('/').enumerate();
    let plain: Vec<&str> = parts
        .take_while(|(place, part)| *place == 0 || is_plain(part) || (*place == 2 && is_index(part)))
        .map(|(_, part)| part)
        .collect();
    plain.join("/")
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_label(text: &str) -> bool {
    (1..=48).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}
