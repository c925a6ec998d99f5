//! Findings: resources that cost money without being used, or that lack a recommended setting.

use std::cmp::Reverse;

use axum::extract::State;
use axum::response::Response;
use domain::{AccountId, Coverage, ProjectId, TenantId};
use inventory::findings::{Evaluation, FindingRule, RULES, RuleFinding};
use serde::{Deserialize, Deserializer, Serialize};
use store::ResourceFilter;
use utoipa::IntoParams;

use super::listing::covered_accounts;
use super::resources::projects_of;
use crate::AppState;
use crate::http::caller::Caller;
use crate::http::extract::PagedQuery;
use crate::http::page::PageQuery;
use crate::http::parameters::parsed;
use crate::http::problem::ApiProblem;
use crate::http::representation::Representation;
use crate::http::responses::ListResponses;
use crate::views::{FindingList, FindingView, List, page_of};

/// The filters of findings; a finding must match all of them.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct FindingFilter {
    /// Account of the resources.
    #[param(value_type = Option<String>)]
    account: Option<AccountId>,
    /// Name of the rule: `unattached_volume`, `old_snapshot`, `unassigned_reserved_ip`,
    /// `load_balancer_without_backends`, `powered_off_droplet`, `droplet_without_backups`,
    /// `droplet_without_firewall` or `certificate_near_expiry`.
    #[serde(default, deserialize_with = "rule")]
    rule: Option<String>,
    /// Tenant that owns the resources.
    #[param(value_type = Option<String>)]
    tenant: Option<TenantId>,
    /// Project that contains the resources.
    #[param(value_type = Option<String>)]
    project: Option<ProjectId>,
}

fn rule<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    let named = |text: &str| FindingRule::named(text).map(|rule| rule.name.to_owned());
    parsed(deserializer, &format!("one of {}", names.join(", ")), named).map(Some)
}

/// Lists resources that cost money without being used or that lack a recommended setting, the most
/// expensive first.
///
/// A rule is evaluated only if the lists that it depends on were read completely and recently;
/// `skipped` names the other rules.
#[utoipa::path(
    get, path = "/inventory/findings", operation_id = "listFindings", tag = "inventory", params(FindingFilter, PageQuery), security(("id_token" = [])),
    responses((status = 200, description = "A page of findings.", body = FindingList), ListResponses)
)]
pub(super) async fn list(
    caller: Caller,
    State(state): State<AppState>,
    PagedQuery(filter, page): PagedQuery<FindingFilter>,
    representation: Representation,
) -> Result<Response, ApiProblem> {
    let reader = state.reader(&caller);
    let binding = state.cursor_key().await?.binding(reader.scope(), "findings", &filter);
    let after = page.position(&binding)?;
    let rules: Vec<&FindingRule> =
        RULES.iter().filter(|rule| filter.rule.as_ref().is_none_or(|wanted| wanted == rule.name)).collect();
    let FindingFilter { account, tenant, project, .. } = filter;
    let accounts = covered_accounts(&state, &caller, account.as_ref(), tenant.as_ref()).await?;
    let wanted = ResourceFilter { tenant, project, ..ResourceFilter::default() };
    let Evaluation { found, skipped, as_of, complete } =
        Evaluation::of(&reader, &accounts, &wanted, &rules, state.now()).await?;

    let key = |finding: &&RuleFinding| {
        let price = finding.price_monthly.map(|price| price.amount);
        (Reverse(price), finding.key.clone(), finding.rule.to_owned())
    };
    let (on_page, next) = page_of(&found, key, after.as_ref(), page.limit, &binding)?;
    let projects = projects_of(&reader, on_page.iter().map(|finding| finding.key.account.clone())).await?;
    let data = on_page.into_iter().map(|finding| {
        let project = finding.project_id.clone().and_then(|id| projects.get(&(finding.key.account.clone(), id)));
        FindingView::new(finding.clone(), project)
    });
    let list = List::new(data.collect(), next, Coverage { as_of, complete });
    representation.of(&FindingList::new(list, &found, skipped))
}
