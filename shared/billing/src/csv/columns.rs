//! The columns, by the names of the header.

use std::fmt;

/// A column that means something to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// `product`, required.
    Product,
    /// `group_description`.
    GroupDescription,
    /// `description`, required.
    Description,
    /// `hours`.
    Hours,
    /// `start`.
    Start,
    /// `end`.
    End,
    /// `USD`, required.
    Usd,
    /// `project_name`; the oldest invoices lack it.
    ProjectName,
    /// `category`; older invoices lack it.
    Category,
}

impl Column {
    /// All of them, in the order of [`Column`].
    const ALL: [Self; 9] = [
        Self::Product,
        Self::GroupDescription,
        Self::Description,
        Self::Hours,
        Self::Start,
        Self::End,
        Self::Usd,
        Self::ProjectName,
        Self::Category,
    ];

    /// Its name as DigitalOcean's header has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::GroupDescription => "group_description",
            Self::Description => "description",
            Self::Hours => "hours",
            Self::Start => "start",
            Self::End => "end",
            Self::Usd => "USD",
            Self::ProjectName => "project_name",
            Self::Category => "category",
        }
    }

    /// Whether a CSV without it is none.
    fn is_required(self) -> bool {
        matches!(self, Self::Product | Self::Description | Self::Usd)
    }

    /// The column of a header's cell: case, spaces, hyphens and underscores make no difference.
    fn named(cell: &str) -> Option<Self> {
        let plain = |text: &str| text.trim().to_lowercase().replace([' ', '-'], "_");
        let cell = plain(cell);
        Self::ALL.into_iter().find(|column| plain(column.name()) == cell)
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where each column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Columns {
    at: [Option<usize>; Column::ALL.len()],
    width: usize,
}

/// Why a record is no header.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum HeaderError {
    /// It lacks required columns.
    Missing(Vec<Column>),
    /// It has one twice.
    Duplicate(Column),
}

impl Columns {
    /// Reads a header.
    pub(super) fn from_header<'a>(cells: impl Iterator<Item = &'a str>) -> Result<Self, HeaderError> {
        let mut columns = Self::default();
        for (index, cell) in cells.enumerate() {
            columns.width = index + 1;
            let Some(column) = Column::named(cell) else { continue };
            if columns.at[column as usize].replace(index).is_some() {
                return Err(HeaderError::Duplicate(column));
            }
        }
        let missing: Vec<Column> = Column::ALL.into_iter().filter(|c| c.is_required() && !columns.has(*c)).collect();
        if missing.is_empty() { Ok(columns) } else { Err(HeaderError::Missing(missing)) }
    }

    /// Every column: what JSON items have, which always could tell all.
    #[must_use]
    pub fn all() -> Self {
        Self { at: std::array::from_fn(Some), width: Column::ALL.len() }
    }

    /// Whether the CSV has the column.
    #[must_use]
    pub fn has(&self, column: Column) -> bool {
        self.index(column).is_some()
    }

    /// How many fields each row has.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Which field of a row is the column's.
    pub(super) fn index(&self, column: Column) -> Option<usize> {
        self.at[column as usize]
    }

    /// The name of the column that a field of a row is in; its number, from 1, where we do not know it.
    pub(super) fn name_at(&self, index: usize) -> String {
        let column = Column::ALL.into_iter().find(|column| self.index(*column) == Some(index));
        column.map_or_else(|| (index + 1).to_string(), |column| column.name().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str) -> Result<Columns, HeaderError> {
        Columns::from_header(header.split(','))
    }

    #[test]
    fn columns_are_found_by_name() {
        let cases = [
            "product,group_description,description,hours,start,end,USD,project_name,category",
            "Product,Group Description,Description,Hours,Start,End,usd,Project Name,Category",
            "category,USD, product ,end,start,colour,hours,DESCRIPTION,group-description,project_name",
        ];
        for header in cases {
            let columns = read(header).unwrap();
            assert!(Column::ALL.into_iter().all(|column| columns.has(column)), "{header}");
            assert_eq!(columns.width(), header.split(',').count());
        }
        let shortest = read("USD,description,product").unwrap();
        assert_eq!(shortest.index(Column::Product), Some(2));
        assert!(!shortest.has(Column::Category));
        assert_eq!((shortest.name_at(0).as_str(), shortest.name_at(7).as_str()), ("USD", "8"));
    }

    #[test]
    fn a_header_has_all_required_columns_once() {
        assert_eq!(read("product,hours"), Err(HeaderError::Missing(vec![Column::Description, Column::Usd])));
        assert_eq!(read("product,description,USD,usd"), Err(HeaderError::Duplicate(Column::Usd)));
        assert!(read("product,description,USD,note,note").is_ok());
    }

    #[test]
    fn every_column_is_at_its_own_place() {
        for (at, column) in Column::ALL.into_iter().enumerate() {
            assert_eq!(column as usize, at);
            assert_eq!(Column::named(column.name()), Some(column));
        }
    }
}
