//! The error of a sweep.

/// A sweep that failed and could not record the failure either. A refusal by DigitalOcean is not
/// such an error: it is recorded in the receipt.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The table rejected a request or did not answer. The next run repairs it.
    #[error("a request to the table failed")]
    Table(#[from] store::Error),
    /// Other writers changed the record between each read and write.
    #[error("other writers kept changing {what} during the sweep: gave up after {attempts} attempts")]
    Contended {
        /// The record, by kind and id.
        what: String,
        /// The number of attempts.
        attempts: u32,
    },
}

impl Error {
    /// Returns true if the error affects a single record only. The sweep then continues with the
    /// others.
    pub(crate) fn affects_only_one_row(&self) -> bool {
        match self {
            Self::Contended { .. } => true,
            Self::Table(error) => error.is_about_one_item(),
        }
    }
}
