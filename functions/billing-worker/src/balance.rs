//! What the account owes now.

use digitalocean::Client;
use domain::ChangeCounts;

use crate::BillingWorker;
use crate::converted;
use crate::handler::Run;
use crate::report::Done;
use crate::trouble::Trouble;

impl BillingWorker {
    /// Keeps what the account owes now.
    pub(crate) async fn take_balance(&self, client: &Client, run: &Run<'_>) -> Result<Done, Trouble> {
        let balance = client.billing().balance().await?;
        let snapshot = converted::balance(run.slug(), run.at, &balance);
        let new = self.table.put_balance(&snapshot).await?;
        let changes = ChangeCounts { discovered: u32::from(new), ..ChangeCounts::default() };
        Ok(Done { pages: 1, items: 1, requests: 1, changes, ..Done::default() })
    }
}
