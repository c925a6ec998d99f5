//! Records what the account owes now.

use digitalocean::Client;
use domain::ChangeCounts;

use crate::BillingWorker;
use crate::error::Error;
use crate::from_digitalocean;
use crate::handler::JobRun;
use crate::report::JobReport;

impl BillingWorker {
    /// Reads the account's balance and stores it as a snapshot.
    pub(crate) async fn store_balance(&self, client: &Client, run: &JobRun<'_>) -> Result<JobReport, Error> {
        let balance = client.billing().balance().await?;
        let snapshot = from_digitalocean::balance(run.slug(), run.started_at, &balance);
        let new = self.table.put_balance(&snapshot).await?;
        let changes = ChangeCounts { discovered: u32::from(new), ..ChangeCounts::default() };
        Ok(JobReport { pages: 1, items: 1, requests: 1, changes, ..JobReport::default() })
    }
}
