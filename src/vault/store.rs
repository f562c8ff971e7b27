//! Where rows are kept: the trait that the browser's database and the memory store implement.
//!
//! A store knows sealed bytes under numbers in six areas, and one thing more: *who may write*. Every
//! engine that opens a vault first takes a new fence ([`Store::claim`]); a batch carries the fence of its
//! engine and is refused when a later one was taken. So a tab that was taken over can't overwrite
//! anything, however late its last write arrives.

use core::future::Future;

use thiserror::Error;

/// An object store of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// Key slots (plain), manifest, drafts and the fence.
    Meta,
    /// One sealed change set for every save, in sequence.
    Log,
    /// Sealed, deflated batches of cards or pages.
    Segments,
    /// Sealed pieces of the search index.
    Index,
    /// Sealed chunks of attachments, and damaged rows that were put aside.
    Blobs,
    /// What is known of colleagues, bundles and backups.
    Sharing,
}

impl Area {
    /// All areas, in the order of their numbers.
    pub const ALL: [Self; 6] =
        [Self::Meta, Self::Log, Self::Segments, Self::Index, Self::Blobs, Self::Sharing];

    /// The name of the object store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Meta => "meta",
            Self::Log => "log",
            Self::Segments => "segments",
            Self::Index => "index",
            Self::Blobs => "blobs",
            Self::Sharing => "sharing",
        }
    }

    /// The number of the area in associated data.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::Meta => 1,
            Self::Log => 2,
            Self::Segments => 3,
            Self::Index => 4,
            Self::Blobs => 5,
            Self::Sharing => 6,
        }
    }
}

/// One write of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// Puts a row, replacing what was there.
    Put(Area, u64, Vec<u8>),
    /// Deletes a row; it need not exist.
    Delete(Area, u64),
    /// Deletes all rows of an area below a number.
    DeleteBelow(Area, u64),
}

/// Writes that happen together or not at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// The fence of the engine that writes.
    pub fence: u64,
    /// In this order.
    pub writes: Vec<Write>,
}

/// A row with its number.
pub type Row = (u64, Vec<u8>);

/// Why a store could not read or write. A failed batch has changed nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StoreError {
    /// A later engine has claimed the store.
    #[error("another engine has taken the store")]
    Fenced,
    /// The quota is used up.
    #[error("no room left")]
    NoRoom,
    /// The database was made by a newer version of the program.
    #[error("the database has schema {found}, this program knows up to {newest}")]
    NewerSchema {
        /// The schema found.
        found: u32,
        /// The newest known.
        newest: u32,
    },
    /// The database failed; the name of its error.
    #[error("storage failed: {0}")]
    Failed(String),
}

/// A durable place for rows. Row numbers are below 2^53.
pub trait Store {
    /// Takes a new fence: all batches of earlier claims are refused from now on.
    ///
    /// # Errors
    /// When the store can't be opened or written.
    fn claim(&self) -> impl Future<Output = Result<u64, StoreError>>;

    /// One row.
    ///
    /// # Errors
    /// When the store can't be read.
    fn read(&self, area: Area, row: u64) -> impl Future<Output = Result<Option<Vec<u8>>, StoreError>>;

    /// Several rows, in the order of their numbers in `rows`. A store that can read them at once should.
    ///
    /// # Errors
    /// When the store can't be read.
    fn read_many(
        &self,
        area: Area,
        rows: &[u64],
    ) -> impl Future<Output = Result<Vec<Option<Vec<u8>>>, StoreError>> {
        async move {
            let mut found = Vec::with_capacity(rows.len());
            for row in rows {
                found.push(self.read(area, *row).await?);
            }
            Ok(found)
        }
    }

    /// Up to `limit` rows with numbers from `from` on, ascending.
    ///
    /// # Errors
    /// When the store can't be read.
    fn read_from(
        &self,
        area: Area,
        from: u64,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Row>, StoreError>>;

    /// Writes a batch atomically. When this returns, the batch has reached the disk as far as the
    /// platform can tell.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when a later claim exists; other errors when the write failed. Nothing of a
    /// failed batch is kept.
    fn commit(&self, batch: Batch) -> impl Future<Output = Result<(), StoreError>>;
}

impl<S: Store> Store for std::rc::Rc<S> {
    fn claim(&self) -> impl Future<Output = Result<u64, StoreError>> {
        S::claim(self)
    }

    fn read(&self, area: Area, row: u64) -> impl Future<Output = Result<Option<Vec<u8>>, StoreError>> {
        S::read(self, area, row)
    }

    fn read_many(
        &self,
        area: Area,
        rows: &[u64],
    ) -> impl Future<Output = Result<Vec<Option<Vec<u8>>>, StoreError>> {
        S::read_many(self, area, rows)
    }

    fn read_from(
        &self,
        area: Area,
        from: u64,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Row>, StoreError>> {
        S::read_from(self, area, from, limit)
    }

    fn commit(&self, batch: Batch) -> impl Future<Output = Result<(), StoreError>> {
        S::commit(self, batch)
    }
}
