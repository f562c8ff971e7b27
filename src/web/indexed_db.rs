//! The store in the browser: IndexedDB, one object store for each area, rows under numbers.
//!
//! Inside a transaction nothing is awaited but requests of that transaction, or the browser would close
//! it. A transaction that is dropped still commits, so every error aborts it first. Writing asks for
//! `strict` durability and returns after the `complete` event. A connection that the browser lost (WebKit
//! loses them when the app was in the background) is opened again, once for each request.

use crate::model::sort;
use std::cell::RefCell;
use std::rc::Rc;

use idb::{Database, DatabaseEvent, Factory, KeyRange, ObjectStoreParams, Query, Transaction};
use js_sys::{Array, Function, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DomException, IdbDatabase, IdbTransaction};

use crate::vault::{Area, Batch, Store, StoreError, Write};

/// The version of the object stores. A newer one is refused, never touched. Version 1 lacks `sharing`.
const SCHEMA: u32 = 2;
/// The `meta` row that holds the fence.
const ROW_FENCE: u64 = 0;

/// A store in IndexedDB. Clones are the same store.
#[derive(Clone, Debug)]
pub struct IndexedDb {
    inner: Rc<Inner>,
}

#[derive(Debug)]
struct Inner {
    name: String,
    connection: RefCell<Option<IdbDatabase>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Read,
    Write,
}

impl IndexedDb {
    /// The store in the database of that name, which is made when it is first used.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { inner: Rc::new(Inner { name: name.to_owned(), connection: RefCell::new(None) }) }
    }

    async fn connection(&self) -> Result<IdbDatabase, StoreError> {
        if let Some(connection) = &*self.inner.connection.borrow() {
            return Ok(connection.clone());
        }
        let connection = open(&self.inner.name).await?;
        *self.inner.connection.borrow_mut() = Some(connection.clone());
        Ok(connection)
    }

    async fn transaction(&self, areas: &[Area], mode: Mode) -> Result<IdbTransaction, StoreError> {
        let connection = self.connection().await?;
        match begin(&connection, areas, mode) {
            Ok(transaction) => Ok(transaction),
            // The browser has closed the connection behind our back.
            Err(_) => {
                *self.inner.connection.borrow_mut() = None;
                let connection = self.connection().await?;
                begin(&connection, areas, mode).map_err(|error| named(&error))
            }
        }
    }

    /// Reads, and once more on a new connection if the browser lost the first one meanwhile.
    async fn reading<T>(
        &self,
        area: Area,
        read: impl AsyncFn(idb::ObjectStore) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut last = StoreError::Failed(String::new());
        for _ in 0..2 {
            let transaction = Transaction::from(self.transaction(&[area], Mode::Read).await?);
            let store = transaction.object_store(area.name()).map_err(of_idb)?;
            match read(store).await {
                Err(StoreError::Failed(name)) if is_lost(&name) => {
                    *self.inner.connection.borrow_mut() = None;
                    last = StoreError::Failed(name);
                }
                other => return other,
            }
        }
        Err(last)
    }
}

impl Store for IndexedDb {
    async fn claim(&self) -> Result<u64, StoreError> {
        let raw = self.transaction(&[Area::Meta], Mode::Write).await?;
        let transaction = Transaction::from(raw.clone());
        let next = async {
            let store = transaction.object_store(Area::Meta.name()).map_err(of_idb)?;
            let next = read_fence(&store).await? + 1;
            let bytes = Uint8Array::from(next.to_be_bytes().as_slice());
            store.put(&bytes.into(), Some(&key(ROW_FENCE))).map_err(of_idb)?.await.map_err(of_idb)?;
            Ok(next)
        };
        let next = next.await;
        finish(raw, transaction, next).await
    }

    async fn read(&self, area: Area, row: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.reading(area, async |store| {
            let value = store.get(Query::Key(key(row))).map_err(of_idb)?.await.map_err(of_idb)?;
            Ok(value.map(|value| Uint8Array::new(&value).to_vec()))
        })
        .await
    }

    async fn read_many(&self, area: Area, rows: &[u64]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        self.reading(area, async |store| {
            let mut asked = Vec::with_capacity(rows.len());
            for row in rows {
                asked.push(store.get(Query::Key(key(*row))).map_err(of_idb)?);
            }
            let mut found = Vec::with_capacity(rows.len());
            for request in asked {
                let value = request.await.map_err(of_idb)?;
                found.push(value.map(|value| Uint8Array::new(&value).to_vec()));
            }
            Ok(found)
        })
        .await
    }

    async fn read_from(&self, area: Area, from: u64, limit: u32) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        self.reading(area, async |store| {
            let range = KeyRange::lower_bound(&key(from), None).map_err(of_idb)?;
            let keys = store.get_all_keys(Some(range.clone().into()), Some(limit)).map_err(of_idb)?;
            let values = store.get_all(Some(range.into()), Some(limit)).map_err(of_idb)?;
            let keys = keys.await.map_err(of_idb)?;
            let values = values.await.map_err(of_idb)?;
            let rows =
                keys.iter().zip(&values).map(|(key, value)| (number(key), Uint8Array::new(value).to_vec()));
            Ok(rows.collect())
        })
        .await
    }

    async fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        let mut areas: Vec<Area> = batch.writes.iter().map(area_of).chain([Area::Meta]).collect();
        sort::ascending(&mut areas);
        areas.dedup();
        let raw = self.transaction(&areas, Mode::Write).await?;
        let transaction = Transaction::from(raw.clone());
        let written = write(&transaction, &batch).await;
        finish(raw, transaction, written).await
    }
}

async fn read_fence(store: &idb::ObjectStore) -> Result<u64, StoreError> {
    let value = store.get(Query::Key(key(ROW_FENCE))).map_err(of_idb)?.await.map_err(of_idb)?;
    Ok(value.and_then(|value| Uint8Array::new(&value).to_vec().try_into().ok()).map_or(0, u64::from_be_bytes))
}

/// Puts all requests behind that for the fence, so that only one answer is waited for.
async fn write(transaction: &Transaction, batch: &Batch) -> Result<(), StoreError> {
    let meta = transaction.object_store(Area::Meta.name()).map_err(of_idb)?;
    let fence = meta.get(Query::Key(key(ROW_FENCE))).map_err(of_idb)?;
    for write in &batch.writes {
        let store = transaction.object_store(area_of(write).name()).map_err(of_idb)?;
        match write {
            Write::Put(_, row, bytes) => {
                let value: JsValue = Uint8Array::from(bytes.as_slice()).into();
                store.put(&value, Some(&key(*row))).map_err(of_idb)?;
            }
            Write::Delete(_, row) => {
                store.delete(Query::Key(key(*row))).map_err(of_idb)?;
            }
            Write::DeleteBelow(_, row) => {
                let range = KeyRange::upper_bound(&key(*row), Some(true)).map_err(of_idb)?;
                store.delete(range).map_err(of_idb)?;
            }
        }
    }
    let value = fence.await.map_err(of_idb)?;
    let fence = value
        .and_then(|value| Uint8Array::new(&value).to_vec().try_into().ok())
        .map_or(0, u64::from_be_bytes);
    if fence == batch.fence { Ok(()) } else { Err(StoreError::Fenced) }
}

/// Waits for the end of a transaction whose requests went well, or aborts it.
async fn finish<T>(
    raw: IdbTransaction,
    transaction: Transaction,
    result: Result<T, StoreError>,
) -> Result<T, StoreError> {
    let value = match result {
        Ok(value) => value,
        Err(error) => {
            // It may be aborted already, by the very error.
            let _ = raw.abort();
            return Err(error);
        }
    };
    match transaction.await {
        Ok(ended) if ended.is_committed() => Ok(value),
        _ => Err(raw
            .error()
            .map_or_else(|| StoreError::Failed("AbortError".to_owned()), |error| of_dom(&error))),
    }
}

const fn area_of(write: &Write) -> Area {
    match write {
        Write::Put(area, ..) | Write::Delete(area, _) | Write::DeleteBelow(area, _) => *area,
    }
}

async fn open(name: &str) -> Result<IdbDatabase, StoreError> {
    let factory = Factory::new().map_err(of_idb)?;
    let mut request = factory.open(name, Some(SCHEMA)).map_err(of_idb)?;
    request.on_upgrade_needed(|event| {
        let Ok(database) = event.database() else { return };
        let there = database.store_names();
        for area in Area::ALL.into_iter().filter(|area| !there.iter().any(|name| name == area.name())) {
            // Each version only adds object stores.
            let _ = database.create_object_store(area.name(), ObjectStoreParams::new());
        }
    });
    let mut database: Database = request.await.map_err(|error| match of_idb(error) {
        StoreError::Failed(name) if name == "VersionError" => {
            StoreError::NewerSchema { found: SCHEMA + 1, newest: SCHEMA }
        }
        error => error,
    })?;
    // A newer version of the program wants to change the stores: make room for it.
    database.on_version_change(|event| {
        if let Ok(database) = event.database() {
            database.close();
        }
    });
    database.forget_callbacks();
    Ok(database.into())
}

/// `database.transaction(names, mode, { durability: "strict" })`, which the crates do not offer.
fn begin(database: &IdbDatabase, areas: &[Area], mode: Mode) -> Result<IdbTransaction, JsValue> {
    let names: Array = areas.iter().map(|area| JsValue::from_str(area.name())).collect();
    let options = js_sys::Object::new();
    let mode = match mode {
        Mode::Read => "readonly",
        Mode::Write => {
            Reflect::set(&options, &"durability".into(), &"strict".into())?;
            "readwrite"
        }
    };
    let transaction: Function = Reflect::get(database, &"transaction".into())?.dyn_into()?;
    transaction.call3(database, &names, &mode.into(), &options)?.dyn_into()
}

/// A row number as a key. Row numbers are below 2^53, which a JavaScript number holds exactly.
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "exact below 2^53")]
fn key(row: u64) -> JsValue {
    JsValue::from_f64(row as f64)
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "keys are whole numbers from 0 to 2^53"
)]
fn number(key: &JsValue) -> u64 {
    key.as_f64().unwrap_or_default() as u64
}

fn is_lost(name: &str) -> bool {
    matches!(name, "InvalidStateError" | "UnknownError" | "AbortError")
}

/// The name of what the browser threw; never its message, which may hold anything.
fn named(error: &JsValue) -> StoreError {
    match error.dyn_ref::<DomException>() {
        Some(error) => of_dom(error),
        None => StoreError::Failed("Error".to_owned()),
    }
}

fn of_dom(error: &DomException) -> StoreError {
    match error.name().as_str() {
        "QuotaExceededError" => StoreError::NoRoom,
        name => StoreError::Failed(name.to_owned()),
    }
}

fn of_idb(error: idb::Error) -> StoreError {
    use idb::Error as E;
    match &error {
        E::DomException(error) => of_dom(error),
        E::AddFailed(value)
        | E::UpdateFailed(value)
        | E::GetFailed(value)
        | E::DeleteFailed(value)
        | E::GetAllFailed(value)
        | E::GetAllKeysFailed(value)
        | E::ObjectStoreNotFound(value)
        | E::TransactionOpenFailed(value)
        | E::IndexedDbOpenFailed(value) => named(value),
        _ => StoreError::Failed("IndexedDbError".to_owned()),
    }
}
