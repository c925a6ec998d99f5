//! A survey: the rules, judged over what a caller may see.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::{AccountId, Kind, SweepStatus, SyncState};
use store::{Extent, Reader, ResourceFilter};

use super::known::{Gap, GapReason, gap};
use super::{Rule, RuleFinding, Surroundings};
use crate::kinds::MirroredKind;

/// Rows read for one survey at the most. A request has ten seconds and a small share of a processor; who has more than this asks for one
/// account, tenant, project or rule at a time.
const MOST_ROWS: usize = 25_000;

/// What the rules found, and what they could not be asked.
#[derive(Debug)]
pub struct Survey {
    /// What they found, in the order of [`RuleFinding::order`].
    pub found: Vec<RuleFinding>,
    /// What they could not be asked: there may be more to find.
    pub skipped: Vec<Skipped>,
    /// Nothing that was looked at is older: the oldest of the last complete reads of the kinds that it rests on.
    pub as_of: DateTime<Utc>,
    /// Whether nothing was skipped, and every kind that it rests on was read whole the last time.
    pub complete: bool,
}

/// A rule that could not be judged in an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// The account.
    pub account: AccountId,
    /// The rule's name.
    pub rule: &'static str,
    /// What is not known whole, and why.
    pub gap: Gap,
}

impl Survey {
    /// Of these accounts, by these rules, of what the filter wants and the reader's caller may see.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn of(
        reader: &Reader,
        accounts: &[AccountId],
        filter: &ResourceFilter,
        rules: &[&'static Rule],
        now: DateTime<Utc>,
    ) -> Result<Self, store::Error> {
        let mut survey = Self { found: Vec::new(), skipped: Vec::new(), as_of: now, complete: true };
        let mut rows = MOST_ROWS;
        for (account, lanes) in reader.sync_states(accounts).await? {
            let rules = survey.judgeable(rules, &account, &lanes, now);
            survey.judge(reader, &account, filter, rules, now, &mut rows).await?;
        }
        survey.found.sort_unstable_by(|a, b| a.order().cmp(&b.order()));
        survey.skipped.sort();
        survey.complete &= survey.skipped.is_empty();
        Ok(survey)
    }

    /// The rules that may be judged in an account with these lanes.
    fn judgeable(
        &mut self,
        rules: &[&'static Rule],
        account: &AccountId,
        lanes: &BTreeMap<Kind, SyncState>,
        now: DateTime<Utc>,
    ) -> Vec<&'static Rule> {
        let mut judgeable = Vec::new();
        for &rule in rules {
            if let Some(gap) = gap(rule, lanes, now) {
                self.skip(account, rule, gap);
                continue;
            }
            judgeable.push(rule);
            for kind in rule.needs().map(MirroredKind::kind) {
                self.rest_on(lanes.get(&kind));
            }
        }
        judgeable
    }

    async fn judge(
        &mut self,
        reader: &Reader,
        account: &AccountId,
        filter: &ResourceFilter,
        mut rules: Vec<&'static Rule>,
        now: DateTime<Utc>,
        rows: &mut usize,
    ) -> Result<(), store::Error> {
        let mut surroundings = Surroundings::default();
        for kind in Surroundings::KINDS.iter().map(|kind| kind.kind()) {
            let rests = |rule: &&Rule| rule.rests_on.iter().any(|needed| needed.kind() == kind);
            if !rules.iter().any(rests) {
                continue;
            }
            if reader.scan_context(account, &kind, rows, |resource| surroundings.note(&resource)).await?
                == Extent::Truncated
            {
                rules.iter().filter(|rule| rests(rule)).for_each(|rule| self.skip(account, rule, too_many(&kind)));
                rules.retain(|rule| !rests(rule));
            }
        }
        let kinds: BTreeSet<Kind> = rules.iter().map(|rule| rule.about.kind()).collect();
        let kinds: Vec<Kind> = kinds.into_iter().collect();
        let found = &mut self.found;
        let take = |resource| found.extend(rules.iter().filter_map(|rule| rule.finds(&resource, &surroundings, now)));
        if reader.scan(account, filter, &kinds, rows, take).await? == Extent::Truncated {
            rules.iter().for_each(|rule| self.skip(account, rule, too_many(&rule.about.kind())));
        }
        Ok(())
    }

    fn skip(&mut self, account: &AccountId, rule: &Rule, gap: Gap) {
        self.skipped.push(Skipped { account: account.clone(), rule: rule.name, gap });
    }

    fn rest_on(&mut self, lane: Option<&SyncState>) {
        let last = lane.and_then(|lane| lane.last.as_ref()).map_or(SweepStatus::Never, |receipt| receipt.status);
        self.complete &= last.is_complete();
        if let Some(receipt) = lane.and_then(|lane| lane.last_complete.as_ref()) {
            self.as_of = self.as_of.min(receipt.finished_at);
        }
    }
}

fn too_many(kind: &Kind) -> Gap {
    Gap { kind: kind.clone(), reason: GapReason::TooMany }
}
