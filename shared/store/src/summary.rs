//! Counts and list prices of resources by kind, project and tenant, read from the small index
//! entries.

use std::collections::{BTreeMap, HashMap};

use domain::{AccountId, Kind, Money, Project, ProjectId, Scope, TenantId};
use rust_decimal::Decimal;

use crate::{Error, Reader};

/// The group that a count belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SummaryKey {
    /// The account that the resources are in.
    pub account: AccountId,
    /// The kind of the resources.
    pub kind: Kind,
    /// The project, if one is known and the caller may see it.
    pub project_id: Option<ProjectId>,
    /// The tenant that owns the resources: by an operator's claim, otherwise by their project.
    pub tenant_id: Option<TenantId>,
}

/// The resources of one [`SummaryKey`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SummaryCount {
    /// The number of live resources.
    pub count: u64,
    /// The number of those resources that have no list price.
    pub unpriced: u64,
    /// The sum of the other resources' list prices for a month, in US dollars.
    pub price_monthly: Decimal,
}

impl SummaryCount {
    /// Returns the sum as money; `None` if no resource has a price.
    #[must_use]
    pub fn price(&self) -> Option<Money> {
        (self.count > self.unpriced).then(|| Money::usd(self.price_monthly))
    }
}

impl std::ops::AddAssign for SummaryCount {
    fn add_assign(&mut self, other: Self) {
        let Self { count, unpriced, price_monthly } = other;
        self.count += count;
        self.unpriced += unpriced;
        self.price_monthly += price_monthly;
    }
}

impl Reader {
    /// Counts the resources of these kinds that the caller may see.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn summary(
        &self,
        account: Option<&AccountId>,
        kinds: &[Kind],
    ) -> Result<BTreeMap<SummaryKey, SummaryCount>, Error> {
        let mut summary: BTreeMap<SummaryKey, SummaryCount> = BTreeMap::new();
        for account in self.accounts().await?.into_iter().filter(|one| account.is_none_or(|wanted| wanted == one)) {
            let projects: HashMap<ProjectId, Project> =
                self.table().projects(&account).await?.into_iter().map(|p| (p.id.clone(), p)).collect();
            for kind in kinds {
                for entry in self.table().indexed_resources(&account, kind).await?.into_values() {
                    let project = entry.project_id.as_ref().and_then(|id| projects.get(id));
                    let project_tenant = project.and_then(|project| project.tenant_id.clone());
                    let tenant_id = entry.claimed_tenant.or(project_tenant);
                    if let Scope::Tenant(own) = self.scope()
                        && tenant_id.as_ref() != Some(own)
                    {
                        continue;
                    }
                    let (account, kind) = (account.clone(), kind.clone());
                    let project_id = entry.project_id.filter(|_| self.may_name(project));
                    let group = summary.entry(SummaryKey { account, kind, project_id, tenant_id }).or_default();
                    group.count += 1;
                    match entry.price_monthly {
                        Some(price) => group.price_monthly += price.amount,
                        None => group.unpriced += 1,
                    }
                }
            }
        }
        Ok(summary)
    }

    /// Returns whether the caller may know which project a resource is in: a resource that is
    /// claimed for one tenant may be in the project of another.
    fn may_name(&self, project: Option<&Project>) -> bool {
        match self.scope() {
            Scope::Platform => true,
            Scope::Tenant(own) => project.and_then(|project| project.tenant_id.as_ref()) == Some(own),
        }
    }
}
