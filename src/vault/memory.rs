//! A store in memory, for tests: it forgets nothing and fails on demand.

use core::cell::RefCell;
use std::collections::BTreeMap;

use super::store::{Area, Batch, Row, Store, StoreError, Write};

/// Rows in memory. [`MemoryStore::fail_after`] and [`MemoryStore::die_after`] make a later write fail,
/// so that a test can stop a vault at every step of what it writes.
#[derive(Debug, Default)]
pub struct MemoryStore {
    inner: RefCell<Inner>,
}

#[derive(Clone, Debug, Default)]
struct Inner {
    fence: u64,
    rows: BTreeMap<(Area, u64), Vec<u8>>,
    batches: u64,
    fault: Option<Fault>,
    dead: bool,
}

#[derive(Clone, Copy, Debug)]
enum Fault {
    /// The batch of that number fails, nothing of it is kept.
    Fail(u64),
    /// The batch of that number is written or not, and the process never learns: everything fails then.
    Die { batch: u64, written: bool },
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets the batch fail that comes after `batches` more.
    pub fn fail_after(&self, batches: u64) {
        let mut inner = self.inner.borrow_mut();
        inner.fault = Some(Fault::Fail(inner.batches + batches));
    }

    /// Ends the process at the batch that comes after `batches` more: `written` tells whether that batch
    /// reached the disk. Everything fails from there on.
    pub fn die_after(&self, batches: u64, written: bool) {
        let mut inner = self.inner.borrow_mut();
        inner.fault = Some(Fault::Die { batch: inner.batches + batches, written });
    }

    /// What a new process would find: the rows, without faults.
    #[must_use]
    pub fn survivor(&self) -> Self {
        let inner = self.inner.borrow();
        let inner = Inner { fence: inner.fence, rows: inner.rows.clone(), ..Inner::default() };
        Self { inner: RefCell::new(inner) }
    }

    /// How many batches were written.
    #[must_use]
    pub fn batches(&self) -> u64 {
        self.inner.borrow().batches
    }

    /// Changes rows behind the vault's back, as damage or an attacker would.
    pub fn tamper(&self, change: impl FnOnce(&mut BTreeMap<(Area, u64), Vec<u8>>)) {
        change(&mut self.inner.borrow_mut().rows);
    }
}

fn failed(name: &str) -> StoreError {
    StoreError::Failed(name.to_owned())
}

impl Inner {
    fn alive(&self) -> Result<(), StoreError> {
        if self.dead { Err(failed("dead")) } else { Ok(()) }
    }

    fn write(&mut self, writes: Vec<Write>) {
        for write in writes {
            match write {
                Write::Put(area, row, bytes) => {
                    self.rows.insert((area, row), bytes);
                }
                Write::Delete(area, row) => {
                    self.rows.remove(&(area, row));
                }
                Write::DeleteBelow(area, below) => {
                    self.rows.retain(|(other, row), _| *other != area || *row >= below);
                }
            }
        }
    }
}

impl Store for MemoryStore {
    async fn claim(&self) -> Result<u64, StoreError> {
        let mut inner = self.inner.borrow_mut();
        inner.alive()?;
        inner.fence += 1;
        Ok(inner.fence)
    }

    async fn read(&self, area: Area, row: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let inner = self.inner.borrow();
        inner.alive()?;
        Ok(inner.rows.get(&(area, row)).cloned())
    }

    async fn read_from(&self, area: Area, from: u64, limit: u32) -> Result<Vec<Row>, StoreError> {
        let inner = self.inner.borrow();
        inner.alive()?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let rows = inner.rows.range((area, from)..=(area, u64::MAX)).take(limit);
        Ok(rows.map(|(&(_, row), bytes)| (row, bytes.clone())).collect())
    }

    async fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        let mut inner = self.inner.borrow_mut();
        inner.alive()?;
        if batch.fence != inner.fence {
            return Err(StoreError::Fenced);
        }
        let number = inner.batches;
        inner.batches += 1;
        match inner.fault {
            Some(Fault::Fail(at)) if at == number => {
                inner.fault = None;
                Err(failed("injected"))
            }
            Some(Fault::Die { batch: at, written }) if at == number => {
                inner.dead = true;
                if written {
                    inner.write(batch.writes);
                }
                Err(failed("dead"))
            }
            _ => {
                inner.write(batch.writes);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::conformance;

    #[test]
    fn conforms() {
        futures::executor::block_on(conformance::all(|| async { MemoryStore::new() }));
    }
}
