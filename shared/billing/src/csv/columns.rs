//! The columns of the CSV, found by the names in its header.

use std::fmt;

/// A column of the invoice's CSV that this crate reads. All other columns are ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The required column `product`.
    Product,
    /// The optional column `group_description`.
    GroupDescription,
    /// The required column `description`.
    Description,
    /// The optional column `hours`.
    Hours,
    /// The optional column `start`.
    Start,
    /// The optional column `end`.
    End,
    /// The required column `USD`.
    Usd,
    /// The optional column `project_name`; the oldest invoices lack it.
    ProjectName,
    /// The optional column `category`; older invoices lack it.
    Category,
}

impl Column {
    /// All columns, in the order of the variants of [`Column`].
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

    /// Returns the column's name as in DigitalOcean's header.
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

    /// Returns whether a header must have this column.
    fn is_required(self) -> bool {
        matches!(self, Self::Product | Self::Description | Self::Usd)
    }

    /// Returns the column that a cell of the header names. Case makes no difference, and spaces,
    /// hyphens and underscores are equal.
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

/// The position of each column in the rows of one CSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Columns {
    at: [Option<usize>; Column::ALL.len()],
    width: usize,
}

/// The reason why a record is not a header.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum HeaderError {
    /// Required columns are missing.
    Missing(Vec<Column>),
    /// A column appears twice.
    Duplicate(Column),
}

impl Columns {
    /// Reads the columns from the cells of a header.
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

    /// Returns a set with every column, as for JSON items, whose format has all the fields.
    #[must_use]
    pub fn all() -> Self {
        Self { at: std::array::from_fn(Some), width: Column::ALL.len() }
    }

    /// Returns whether the CSV has this column.
    #[must_use]
    pub fn has(&self, column: Column) -> bool {
        self.index(column).is_some()
    }

    /// Returns the number of fields that each row must have, unknown columns included.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Returns the index, from 0, of the field of a column; `None` if the CSV lacks it.
    pub(super) fn index(&self, column: Column) -> Option<usize> {
        self.at[column as usize]
    }

    /// Returns the name of the column at this index; for an unknown column, its number from 1.
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
