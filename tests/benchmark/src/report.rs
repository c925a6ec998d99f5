//! The output: tables as soon as each measurement ends, or everything as JSON at the end.

mod bill;
mod ingest;
mod passes;
mod provision;
mod starvation;

use anyhow::Result;
use serde::Serialize;

use crate::checks;
use crate::cost::{self, Template};
use crate::invoice::{self, Ingested};
use crate::measured::Measured;
use crate::saga::{self, Sagas};
use crate::starvation::Starvation;

/// All measurements, bills and violations; the JSON output has this form.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    accounts: Vec<Measured>,
    bills: Vec<bill::Bill>,
    invoice: Option<Ingested>,
    sagas: Option<Sagas>,
    starvation: Option<Starvation>,
    /// The violated promises, a sentence each.
    pub(crate) violations: Vec<String>,
    #[serde(skip)]
    template: Template,
}

impl Report {
    pub(crate) fn new() -> Result<Self> {
        let template = Template::read(crate::cost::TEMPLATE)?;
        let (accounts, bills, violations) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { accounts, bills, invoice: None, sagas: None, starvation: None, violations, template })
    }

    /// Adds an account, and its bill if the account has resources of all kinds. There is no bill
    /// for droplets alone.
    pub(crate) fn add(&mut self, measured: Measured, json: bool) -> Result<()> {
        self.violations.extend(checks::violations(&measured));
        if !json {
            println!("{}", passes::show(&measured));
        }
        if measured.account.resources.is_some() {
            self.bills.push(bill::Bill::new(cost::load(&measured, &self.template)?, &measured, &self.template));
        }
        self.accounts.push(measured);
        Ok(())
    }

    pub(crate) fn add_invoice(&mut self, ingested: Ingested, json: bool) {
        self.violations.extend(invoice::violations(&ingested));
        if !json {
            println!("{}", ingest::show(&ingested));
        }
        self.invoice = Some(ingested);
    }

    pub(crate) fn add_sagas(&mut self, sagas: Sagas, json: bool) {
        self.violations.extend(saga::violations(&sagas));
        if !json {
            println!("{}", provision::show(&sagas));
        }
        self.sagas = Some(sagas);
    }

    pub(crate) fn add_starvation(&mut self, starvation: Starvation, json: bool) {
        self.violations.extend(starvation.violations());
        if !json {
            println!("{}", starvation::show(&starvation));
        }
        self.starvation = Some(starvation);
    }

    /// Prints the bills of all accounts, or the whole report as JSON.
    pub(crate) fn finish(&self, json: bool) -> Result<()> {
        if json {
            println!("{}", serde_json::to_string_pretty(self)?);
        } else if !self.bills.is_empty() {
            println!("{}", bill::show(&self.bills));
        }
        Ok(())
    }
}
