//! What is shown: tables as they are known, or everything as JSON at the end.

mod bill;
mod passes;
mod starving;

use anyhow::Result;
use serde::Serialize;

use crate::checks;
use crate::cost::{Load, Template};
use crate::measured::Measured;
use crate::starvation::Starvation;

/// Everything that was measured.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    accounts: Vec<Measured>,
    bills: Vec<bill::Bill>,
    starvation: Option<Starvation>,
    /// What does not hold, in sentences.
    pub(crate) violations: Vec<String>,
    #[serde(skip)]
    template: Template,
}

impl Report {
    pub(crate) fn new() -> Result<Self> {
        let template = Template::read(crate::cost::TEMPLATE)?;
        Ok(Self { accounts: Vec::new(), bills: Vec::new(), starvation: None, violations: Vec::new(), template })
    }

    /// Adds an account, and its bill if it has all that a bill is for.
    pub(crate) fn add(&mut self, measured: Measured, json: bool) -> Result<()> {
        self.violations.extend(checks::violations(&measured));
        if !json {
            println!("{}", passes::show(&measured));
        }
        if measured.account.resources.is_some() {
            self.bills.push(bill::Bill::new(Load::of(&measured, &self.template)?, &measured, &self.template));
        }
        self.accounts.push(measured);
        Ok(())
    }

    pub(crate) fn add_starvation(&mut self, starvation: Starvation, json: bool) {
        self.violations.extend(starvation.violations());
        if !json {
            println!("{}", starving::show(&starvation));
        }
        self.starvation = Some(starvation);
    }

    /// Shows what is about all accounts.
    pub(crate) fn finish(&self, json: bool) -> Result<()> {
        if json {
            println!("{}", serde_json::to_string_pretty(self)?);
        } else if !self.bills.is_empty() {
            println!("{}", bill::show(&self.bills));
        }
        Ok(())
    }
}
