//! AWS's prices in us-east-1, for arm64.

/// The month in which the prices were read from AWS's pages.
pub(crate) const AS_OF: &str = "2025-11";

/// The price of one line of the bill.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Price {
    /// The name of the line of the bill.
    pub(crate) name: &'static str,
    /// The unit of the quantity.
    pub(crate) unit: &'static str,
    /// The price of one unit in US dollars.
    pub(crate) usd: f64,
    /// The units of a month that are always free, not only in the first year.
    pub(crate) free: f64,
    /// The URL of AWS's page with the price.
    pub(crate) source: &'static str,
}

const LAMBDA: &str = "https://aws.amazon.com/lambda/pricing/";
const DYNAMODB: &str = "https://aws.amazon.com/dynamodb/pricing/on-demand/";
const SQS: &str = "https://aws.amazon.com/sqs/pricing/";
const CLOUDWATCH: &str = "https://aws.amazon.com/cloudwatch/pricing/";
const SECRETS: &str = "https://aws.amazon.com/secrets-manager/pricing/";
const MILLION: f64 = 1.0e6;

const fn price(name: &'static str, unit: &'static str, usd: f64, free: f64, source: &'static str) -> Price {
    Price { name, unit, usd, free, source }
}

/// All prices, in the order of [`super::load::Load::quantities`].
pub(crate) const PRICES: [Price; 19] = [
    price("function requests", "requests", 0.20 / MILLION, MILLION, LAMBDA),
    price("function time", "GB-seconds", 0.000_013_333_4, 400_000.0, LAMBDA),
    price("table writes", "request units", 0.625 / MILLION, 0.0, DYNAMODB),
    price("table reads", "request units", 0.125 / MILLION, 0.0, DYNAMODB),
    price("table storage", "GB-months", 0.25, 25.0, DYNAMODB),
    price("table backup (PITR)", "GB-months", 0.20, 0.0, DYNAMODB),
    price("queue messages", "requests", 0.40 / MILLION, MILLION, SQS),
    // The free requests to queues are subtracted from the messages.
    price("queue polling", "requests", 0.40 / MILLION, 0.0, SQS),
    price("schedules", "ticks", 1.00 / MILLION, 14.0 * MILLION, "https://aws.amazon.com/eventbridge/pricing/"),
    price("alarms", "alarms", 0.10, 10.0, CLOUDWATCH),
    price("metrics", "metrics", 0.30, 10.0, CLOUDWATCH),
    price("dashboard", "dashboards", 3.00, 3.0, CLOUDWATCH),
    price("logs, ingested", "GB", 0.50, 5.0, CLOUDWATCH),
    price("logs, stored", "GB-months", 0.03, 5.0, CLOUDWATCH),
    price("secrets", "secrets", 0.40, 0.0, SECRETS),
    price("secrets, fetched", "calls", 0.05 / 10_000.0, 0.0, SECRETS),
    price("API requests", "requests", 1.00 / MILLION, 0.0, "https://aws.amazon.com/api-gateway/pricing/"),
    // Metrics of each route count as custom metrics of the account, and the free ones are
    // subtracted there.
    price("API metrics", "metrics", 0.30, 0.0, CLOUDWATCH),
    price("users", "monthly users", 0.015, 10_000.0, "https://aws.amazon.com/cognito/pricing/"),
];
