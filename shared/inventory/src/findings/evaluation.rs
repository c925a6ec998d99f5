//! The evaluation of the rules over the resources that a caller may see.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::{AccountId, Kind, SweepStatus, SyncState};
use store::{Extent, Reader, ResourceFilter};

use super::context::RuleContext;
use super::coverage::{CoverageGap, CoverageGapReason, coverage_gap};
use super::finding::RuleFinding;
use super::rule::FindingRule;
use crate::kind::MirroredKind;

/// The most resources that one evaluation reads, because an API request has ten seconds and a small
/// share of a processor. A client with more resources must filter by account, tenant, project or
/// rule.
const MAX_ROWS: usize = 25_000;

/// The result of an evaluation: the findings, and the rules that could not be evaluated.
#[derive(Debug)]
pub struct Evaluation {
    /// The findings, in the order of [`RuleFinding::order`].
    pub found: Vec<RuleFinding>,
    /// The rules that could not be evaluated, so there may be more findings.
    pub skipped: Vec<SkippedRule>,
    /// The age of the data: the oldest end among the last complete sweeps of the kinds that the
    /// evaluation depends on.
    pub as_of: DateTime<Utc>,
    /// True if no rule was skipped and the last sweep of every kind that the evaluation depends on
    /// was complete.
    pub complete: bool,
}

/// A rule that could not be evaluated in an account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SkippedRule {
    /// The account in which the rule was skipped.
    pub account: AccountId,
    /// The rule's name, as in the API.
    pub rule: &'static str,
    /// The kind whose mirror is incomplete, with the reason.
    pub gap: CoverageGap,
}

impl Evaluation {
    /// Evaluates these rules in these accounts, over the resources that match the filter and that
    /// the reader's caller may see.
    ///
    /// # Errors
    /// If the table cannot be read.
    pub async fn of(
        reader: &Reader,
        accounts: &[AccountId],
        filter: &ResourceFilter,
        rules: &[&'static FindingRule],
        now: DateTime<Utc>,
    ) -> Result<Self, store::Error> {
        let mut evaluation = Self { found: Vec::new(), skipped: Vec::new(), as_of: now, complete: true };
        let mut rows = MAX_ROWS;
        for (account, sync_states) in reader.sync_states(accounts).await? {
            let rules = evaluation.evaluable(rules, &account, &sync_states, now);
            evaluation.evaluate(reader, &account, filter, rules, now, &mut rows).await?;
        }
        evaluation.found.sort_unstable_by(|a, b| a.order().cmp(&b.order()));
        evaluation.skipped.sort();
        evaluation.complete &= evaluation.skipped.is_empty();
        Ok(evaluation)
    }

    /// Returns the rules that can be evaluated in an account with these sync states; records the
    /// others as skipped.
    fn evaluable(
        &mut self,
        rules: &[&'static FindingRule],
        account: &AccountId,
        sync_states: &BTreeMap<Kind, SyncState>,
        now: DateTime<Utc>,
    ) -> Vec<&'static FindingRule> {
        let mut evaluable = Vec::new();
        for &rule in rules {
            if let Some(gap) = coverage_gap(rule, sync_states, now) {
                self.skip(account, rule, gap);
                continue;
            }
            evaluable.push(rule);
            for kind in rule.needs().map(MirroredKind::kind) {
                self.note_coverage(sync_states.get(&kind));
            }
        }
        evaluable
    }

    async fn evaluate(
        &mut self,
        reader: &Reader,
        account: &AccountId,
        filter: &ResourceFilter,
        mut rules: Vec<&'static FindingRule>,
        now: DateTime<Utc>,
        rows: &mut usize,
    ) -> Result<(), store::Error> {
        let mut context = RuleContext::default();
        for kind in RuleContext::KINDS.iter().map(|kind| kind.kind()) {
            let depends = |rule: &&FindingRule| rule.depends_on.iter().any(|needed| needed.kind() == kind);
            if !rules.iter().any(depends) {
                continue;
            }
            if reader.scan_context(account, &kind, rows, |resource| context.note(&resource)).await? == Extent::Truncated
            {
                rules.iter().filter(|rule| depends(rule)).for_each(|rule| self.skip(account, rule, too_many(&kind)));
                rules.retain(|rule| !depends(rule));
            }
        }
        let kinds: BTreeSet<Kind> = rules.iter().map(|rule| rule.subject_kind.kind()).collect();
        let kinds: Vec<Kind> = kinds.into_iter().collect();
        let found = &mut self.found;
        let take = |resource| found.extend(rules.iter().filter_map(|rule| rule.finds(&resource, &context, now)));
        if reader.scan(account, filter, &kinds, rows, take).await? == Extent::Truncated {
            rules.iter().for_each(|rule| self.skip(account, rule, too_many(&rule.subject_kind.kind())));
        }
        Ok(())
    }

    fn skip(&mut self, account: &AccountId, rule: &FindingRule, gap: CoverageGap) {
        self.skipped.push(SkippedRule { account: account.clone(), rule: rule.name, gap });
    }

    fn note_coverage(&mut self, sync_state: Option<&SyncState>) {
        let last = sync_state
            .and_then(|sync_state| sync_state.last.as_ref())
            .map_or(SweepStatus::Never, |receipt| receipt.status);
        self.complete &= last.is_complete();
        if let Some(receipt) = sync_state.and_then(|sync_state| sync_state.last_complete.as_ref()) {
            self.as_of = self.as_of.min(receipt.finished_at);
        }
    }
}

fn too_many(kind: &Kind) -> CoverageGap {
    CoverageGap { kind: kind.clone(), reason: CoverageGapReason::TooMany }
}
