//! How many resources there are and what they cost by list price, by kind, project and tenant. Read from the small entries of the index.

use std::collections::{BTreeMap, HashMap};

use domain::{AccountId, Kind, Money, Project, ProjectId, Scope, TenantId};
use rust_decimal::Decimal;

use crate::{Error, Reader};

/// What a summary counts separately.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SummaryKey {
    /// The account.
    pub account: AccountId,
    /// The kind.
    pub kind: Kind,
    /// The project, where one is known.
    pub project_id: Option<ProjectId>,
    /// Whose they are: by an operator's claim, else their project's.
    pub tenant_id: Option<TenantId>,
}

/// What there is of one [`SummaryKey`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SummaryCount {
    /// Live resources.
    pub count: u64,
    /// Those of them that have no list price.
    pub unpriced: u64,
    /// The list prices of the others for a month, added up, in US dollars.
    pub price_monthly: Decimal,
}

impl SummaryCount {
    /// The sum as money; `None` where nothing has a price.
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
    /// What there is of these kinds, as far as the caller may see it.
    ///
    /// # Errors
    /// When the table cannot be read.
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
                for known in self.table().indexed_resources(&account, kind).await?.into_values() {
                    let project = known.project_id.as_ref().and_then(|id| projects.get(id));
                    let of_the_project = project.and_then(|project| project.tenant_id.clone());
                    let tenant_id = known.claimed_tenant.or(of_the_project);
                    if let Scope::Tenant(own) = self.scope()
                        && tenant_id.as_ref() != Some(own)
                    {
                        continue;
                    }
                    let (account, kind) = (account.clone(), kind.clone());
                    let project_id = known.project_id.filter(|_| self.may_name(project));
                    let entry = summary.entry(SummaryKey { account, kind, project_id, tenant_id }).or_default();
                    entry.count += 1;
                    match known.price_monthly {
                        Some(price) => entry.price_monthly += price.amount,
                        None => entry.unpriced += 1,
                    }
                }
            }
        }
        Ok(summary)
    }

    /// Whether the caller may learn which project a resource is in: one that was claimed for a tenant may sit in another's.
    fn may_name(&self, project: Option<&Project>) -> bool {
        match self.scope() {
            Scope::Platform => true,
            Scope::Tenant(own) => project.and_then(|project| project.tenant_id.as_ref()) == Some(own),
        }
    }
}
