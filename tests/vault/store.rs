//! A memory store that watches what is written: no row number of a confirmed save is ever used again.

use std::cell::RefCell;
use std::collections::BTreeMap;

use daifuku::vault::memory::MemoryStore;
use daifuku::vault::store::Row;
use daifuku::vault::{Area, Batch, Store, StoreError, Write};

/// What new processes of one history share: the rows that were ever written under a number.
pub(super) type Written = BTreeMap<(Area, u64), Vec<u8>>;

#[derive(Debug, Default)]
pub(super) struct Watched {
    pub(super) memory: MemoryStore,
    pub(super) written: RefCell<Written>,
}

impl Watched {
    /// What a new process finds.
    pub(super) fn survivor(&self) -> Self {
        Self { memory: self.memory.survivor(), written: self.written.clone() }
    }

    /// All rows as they are.
    pub(super) fn rows(&self) -> Written {
        let mut rows = BTreeMap::new();
        self.memory.tamper(|all| rows = all.clone());
        rows
    }

    /// The numbers of the rows of an area.
    pub(super) fn numbers(&self, area: Area) -> Vec<u64> {
        self.rows().keys().filter(|(other, _)| *other == area).map(|(_, row)| *row).collect()
    }

    fn watch(&self, batch: &Batch) {
        let mut written = self.written.borrow_mut();
        for write in &batch.writes {
            let Write::Put(area, row, bytes) = write else { continue };
            if matches!(area, Area::Meta | Area::Blobs | Area::Sharing) {
                continue;
            }
            let before = written.insert((*area, *row), bytes.clone());
            assert!(before.is_none(), "{area:?} {row} is used twice");
        }
    }
}

impl Store for Watched {
    async fn claim(&self) -> Result<u64, StoreError> {
        self.memory.claim().await
    }

    async fn read(&self, area: Area, row: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.memory.read(area, row).await
    }

    async fn read_from(&self, area: Area, from: u64, limit: u32) -> Result<Vec<Row>, StoreError> {
        self.memory.read_from(area, from, limit).await
    }

    async fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        let before = self.rows();
        let result = self.memory.commit(batch.clone()).await;
        // A batch whose process died may have reached the disk all the same.
        if result.is_ok() || self.rows() != before {
            self.watch(&batch);
        }
        result
    }
}
