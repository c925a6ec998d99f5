//! How many of what an account of a size has.

/// Numbers of what others are parts of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scale {
    /// All resources.
    pub(super) resources: usize,
    pub(super) droplets: usize,
    /// Droplets with backups: every fourth, with [`BACKUPS`] each.
    pub(super) backed_up: usize,
    pub(super) volumes: usize,
    pub(super) zones: usize,
    pub(super) projects: usize,
    /// Whether it has droplets and nothing else.
    pub(super) droplets_only: bool,
}

/// The size that the numbers of the table of parts are for.
pub(super) const FULL_SIZE: usize = 50_000;
/// Weekly backups: DigitalOcean keeps four.
pub(super) const BACKUPS: usize = 4;
/// Records of a zone besides its SOA: three NS, which it is born with, an A, and three of ours.
pub(super) const RECORDS: usize = 7;
/// A tenant for so many resources.
const RESOURCES_OF_A_TENANT: usize = 2_500;

impl Scale {
    pub(super) fn mixed(resources: usize) -> Self {
        let share = |of_the_whole| Self::share_of(resources, of_the_whole);
        let droplets = share(12_000).max(BACKUPS);
        Self {
            resources,
            droplets,
            backed_up: droplets / BACKUPS,
            volumes: share(6_000),
            zones: share(1_000),
            projects: (resources / RESOURCES_OF_A_TENANT).max(1),
            droplets_only: false,
        }
    }

    pub(super) fn droplets(droplets: usize) -> Self {
        let projects = (droplets / RESOURCES_OF_A_TENANT).max(1);
        Self { resources: droplets, droplets, backed_up: 0, volumes: 0, zones: 0, projects, droplets_only: true }
    }

    /// What so many of a whole are here: one at the least.
    pub(super) fn share(&self, of_the_whole: usize) -> usize {
        Self::share_of(self.resources, of_the_whole)
    }

    fn share_of(resources: usize, of_the_whole: usize) -> usize {
        (resources * of_the_whole / FULL_SIZE).max(1)
    }
}
