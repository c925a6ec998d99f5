//! Waiting for the ingest of invoices, and the table of invoices that `cargo local` prints.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::{Value, json};

use crate::api::ApiClient;
use crate::aws::EmulatorClient;
use crate::layout::StackInfo;
use crate::progress::ProgressStep;
use crate::sync::INGEST;

const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Queue attributes: messages visible, in flight, and delayed.
const COUNTS: [&str; 3] =
    ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"];

/// Time without a newly ingested invoice after which the rest is not waited for: those wait for the
/// next minute of DigitalOcean's rate limit.
const IDLE_TIMEOUT: Duration = Duration::from_secs(5);

/// Waits until every requested invoice is ingested or failed, or none was ingested for
/// [`IDLE_TIMEOUT`]. Returns the number of invoices by status, as text.
pub(crate) async fn wait_for_invoices(
    api: &ApiClient,
    aws: &EmulatorClient,
    info: &StackInfo,
    step: &ProgressStep,
) -> Result<String> {
    let (mut told, mut since) = (String::new(), Instant::now());
    loop {
        let statuses = statuses(&api.list("billing/invoices").await?);
        let now = tally(&statuses);
        step.detail(&now);
        if now != told {
            (told, since) = (now, Instant::now());
        }
        let open = ["pending", "ingesting"].iter().any(|status| statuses.contains_key(*status));
        // Read last, because it takes longer than the list.
        if !open && queued_messages(aws, info).await? == 0 {
            return Ok(told);
        }
        if since.elapsed() > IDLE_TIMEOUT {
            return Ok(format!("{told}; the rest comes as DigitalOcean's rate limit allows"));
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

/// The number of messages in the queue of `invoice-ingest`, those in flight and delayed included.
async fn queued_messages(aws: &EmulatorClient, info: &StackInfo) -> Result<u64> {
    let Some(queue) = info.queue_urls.get(INGEST) else { return Ok(0) };
    let wanted = json!({ "QueueUrl": queue, "AttributeNames": COUNTS });
    let request = json!({ "service": "sqs", "operation": "get_queue_attributes", "parameters": wanted });
    let answer = aws.run_job("call", request, None).await?;
    let count = |name: &&str| answer["Attributes"][*name].as_str().and_then(|count| count.parse::<u64>().ok());
    Ok(COUNTS.iter().filter_map(count).sum())
}

fn statuses(invoices: &[Value]) -> BTreeMap<String, usize> {
    let mut statuses = BTreeMap::new();
    for invoice in invoices {
        *statuses.entry(text(invoice, "status").to_owned()).or_default() += 1;
    }
    statuses
}

fn tally(statuses: &BTreeMap<String, usize>) -> String {
    if statuses.is_empty() {
        return "no invoices".to_owned();
    }
    let told: Vec<String> = statuses.iter().map(|(status, count)| format!("{count} {status}")).collect();
    told.join(", ")
}

/// The table of invoices: a line for each account with billing.
pub(crate) async fn summary(api: &ApiClient) -> Result<String> {
    Ok(table(&api.list("billing/invoices").await?))
}

/// The invoices of an account, added up.
#[derive(Debug, Default)]
struct InvoiceTotals {
    ingested: u64,
    pending: u64,
    failed: u64,
    lines: u64,
    matched: u64,
    explained: u64,
    balanced: u64,
    running: Option<String>,
}

impl InvoiceTotals {
    fn add(&mut self, invoice: &Value) {
        match text(invoice, "status") {
            "open" => {
                let (amount, currency) = (text(&invoice["amount"], "amount"), text(&invoice["amount"], "currency"));
                self.running = Some(format!("{} {amount} {currency}", text(invoice, "period")));
                return;
            }
            "ingested" => self.ingested += 1,
            "failed" => self.failed += 1,
            _ => self.pending += 1,
        }
        let number = |key: &str| invoice[key].as_u64().unwrap_or_default();
        self.lines += number("lines");
        self.matched += number("matched");
        self.explained += number("explained");
        self.balanced += u64::from(invoice["tie_out"] == "balanced");
    }
}

fn table(invoices: &[Value]) -> String {
    let mut accounts: BTreeMap<&str, InvoiceTotals> = BTreeMap::new();
    for invoice in invoices {
        accounts.entry(text(invoice, "account")).or_default().add(invoice);
    }
    let mut table = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(
        table,
        "{:<16} {:>8} {:>8} {:>6} {:>8} {:>8} {:>8} {:>9}  THIS MONTH",
        "ACCOUNT", "INVOICES", "TO COME", "FAILED", "BALANCED", "LINES", "MATCHED", "EXPLAINED"
    );
    for (account, sum) in accounts {
        let InvoiceTotals { ingested, pending, failed, lines, matched, explained, balanced, running } = sum;
        let running = running.as_deref().unwrap_or("-");
        let _ = writeln!(
            table,
            "{account:<16} {ingested:>8} {pending:>8} {failed:>6} {balanced:>8} {lines:>8} {matched:>8} {explained:>9}  {running}"
        );
    }
    table
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invoice(status: &str, lines: u32, tie_out: &str) -> Value {
        json!({
            "account": "demo", "period": "2026-04", "amount": { "amount": "86.92", "currency": "USD" }, "status": status,
            "lines": lines, "matched": lines / 2, "explained": lines, "tie_out": tie_out,
        })
    }

    #[test]
    fn the_running_month_is_counted_separately() {
        let invoices = [
            invoice("ingested", 33, "balanced"),
            invoice("ingested", 10, "differs"),
            invoice("failed", 0, "incomplete"),
            invoice("pending", 0, "incomplete"),
            invoice("open", 7, "balanced"),
        ];
        let table = table(&invoices);
        let row: Vec<&str> = table.lines().nth(1).unwrap().split_whitespace().collect();
        assert_eq!(row, ["demo", "2", "1", "1", "1", "43", "21", "43", "2026-04", "86.92", "USD"], "{table}");
        assert_eq!(tally(&statuses(&invoices)), "1 failed, 2 ingested, 1 open, 1 pending");
    }

    #[test]
    fn without_billing_there_is_no_row() {
        assert_eq!(table(&[]).lines().count(), 1);
        assert_eq!(tally(&statuses(&[])), "no invoices");
    }
}
