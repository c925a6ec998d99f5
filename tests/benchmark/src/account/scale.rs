//! The numbers of resources in an account of a given size.

/// The numbers from which those of all other parts follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scale {
    /// All resources of the account, of any kind.
    pub(super) resources: usize,
    pub(super) droplets: usize,
    /// Droplets with backups: every fourth, with [`BACKUPS`] each.
    pub(super) backed_up: usize,
    pub(super) volumes: usize,
    pub(super) zones: usize,
    pub(super) projects: usize,
    /// True for an account that has droplets and nothing else.
    pub(super) droplets_only: bool,
}

/// The account size, in resources, to which the numbers in the table of parts refer.
pub(super) const FULL_SIZE: usize = 50_000;
/// Backups of a droplet: they are weekly, and DigitalOcean keeps four.
pub(super) const BACKUPS: usize = 4;
/// Records of a zone without its SOA: three NS and an A record that are created with the zone, and
/// the three of the seed.
pub(super) const RECORDS: usize = 7;
/// The number of resources for each tenant.
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

    /// Scales a number of resources from an account of [`FULL_SIZE`] down or up to this one; the
    /// result is at least one.
    pub(super) fn share(&self, of_the_whole: usize) -> usize {
        Self::share_of(self.resources, of_the_whole)
    }

    fn share_of(resources: usize, of_the_whole: usize) -> usize {
        (resources * of_the_whole / FULL_SIZE).max(1)
    }
}
