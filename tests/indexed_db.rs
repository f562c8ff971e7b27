//! IndexedDB as a store, inside a browser: the conformance suite, and a notebook that comes back.
#![cfg(all(target_family = "wasm", feature = "engine"))]

use core::cell::Cell;

use daifuku::crypto::{KdfParams, Passphrase, derive};
use daifuku::model::{FieldName, Instant, RecordId, RecordKind, Value};
use daifuku::vault::locked::NewVault;
use daifuku::vault::{Area, Locked, Store, StoreError, VaultError, conformance};
use daifuku::web::entropy::BrowserEntropy;
use daifuku::web::indexed_db::IndexedDb;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// A store that no other test has used, in this run or before.
fn fresh(test: &str) -> IndexedDb {
    thread_local!(static COUNT: Cell<u32> = const { Cell::new(0) });
    let count = COUNT.with(|count| count.replace(count.get() + 1));
    IndexedDb::new(&format!("test-{test}-{count}-{}", js_sys::Math::random()))
}

#[wasm_bindgen_test]
async fn conforms() {
    conformance::all(|| async { fresh("conformance") }).await;
}

#[wasm_bindgen_test]
async fn a_notebook_comes_back_and_its_rows_hold_no_word() {
    let store = fresh("notebook");
    let passphrase = Passphrase::new("ひろい うみ しずかな やま");
    let kdf = KdfParams::new(19_456, 2, 1, [7; 16]).unwrap();
    let secret = derive(&passphrase, &kdf).unwrap();
    let new = NewVault { secret: &secret, kdf: &kdf, device: "店", now: Instant(1) };
    let notebook = Locked::create(store.clone(), &new, Box::new(BrowserEntropy)).await.unwrap();
    let id = RecordId([9; 16]);
    {
        let turn = notebook.begin().await;
        let mut transaction = notebook.transaction(&turn, Instant(2), [id]).await.unwrap();
        let name = Value::Text("髙橋 﨑子".to_owned());
        transaction.set(id, id, &RecordKind::Customer, &FieldName::NAME, name);
        notebook.commit(&turn, transaction).await.unwrap();
    }
    notebook.compact(async || ()).await.unwrap();
    drop(notebook);
    for area in Area::ALL {
        for (_, bytes) in store.read_from(area, 0, 100).await.unwrap() {
            assert!(!bytes.windows(6).any(|window| window == "髙橋".as_bytes()), "{}", area.name());
        }
    }
    let wrong = derive(&Passphrase::new("another one entirely"), &kdf).unwrap();
    let locked = Locked::find(store).await.unwrap().unwrap();
    let (locked, error) = locked.unlock(&wrong, Box::new(BrowserEntropy)).await.unwrap_err();
    assert_eq!(error, VaultError::WrongPassphrase);
    let Ok(notebook) = locked.unlock(&secret, Box::new(BrowserEntropy)).await else { panic!("stays locked") };
    assert_eq!(notebook.cards().of(id).map(|card| card.name.clone()), Some("髙橋 﨑子".to_owned()));
}

#[wasm_bindgen_test]
async fn a_schema_of_a_newer_program_is_refused_and_left_alone() {
    let name = format!("test-newer-{}", js_sys::Math::random());
    let mut request = idb::Factory::new().unwrap().open(&name, Some(99)).unwrap();
    request.on_upgrade_needed(|event| {
        use idb::DatabaseEvent;
        event.database().unwrap().create_object_store("future", idb::ObjectStoreParams::new()).unwrap();
    });
    request.await.unwrap().close();
    let store = IndexedDb::new(&name);
    assert!(matches!(store.claim().await, Err(StoreError::NewerSchema { .. })));
    let database = idb::Factory::new().unwrap().open(&name, None).unwrap().await.unwrap();
    assert_eq!((database.version(), database.store_names()), (Ok(99), vec!["future".to_owned()]));
}

/// A database as the first version made it: without the object store of what is shared.
#[wasm_bindgen_test]
async fn a_database_of_the_first_schema_is_upgraded_and_keeps_its_rows() {
    use idb::{DatabaseEvent, Factory, ObjectStoreParams, TransactionMode};
    let name = format!("test-first-schema-{}", js_sys::Math::random());
    let first = ["meta", "log", "segments", "index", "blobs"];
    let mut request = Factory::new().unwrap().open(&name, Some(1)).unwrap();
    request.on_upgrade_needed(move |event| {
        let database = event.database().unwrap();
        first
            .iter()
            .for_each(|store| drop(database.create_object_store(store, ObjectStoreParams::new()).unwrap()));
    });
    let database = request.await.unwrap();
    let transaction = database.transaction(&first, TransactionMode::ReadWrite).unwrap();
    for (number, store) in (1_u8..).zip(first) {
        let bytes = js_sys::Uint8Array::from([number, 7].as_slice());
        let store = transaction.object_store(store).unwrap();
        store.put(&bytes.into(), Some(&f64::from(number).into())).unwrap().await.unwrap();
    }
    transaction.commit().unwrap().await.unwrap();
    database.close();

    let store = IndexedDb::new(&name);
    for (number, area) in (1_u8..).zip(Area::ALL).take(5) {
        assert_eq!(store.read(area, u64::from(number)).await, Ok(Some(vec![number, 7])), "{}", area.name());
    }
    let fence = store.claim().await.unwrap();
    let writes = vec![daifuku::vault::Write::Put(Area::Sharing, 1, vec![9])];
    store.commit(daifuku::vault::Batch { fence, writes }).await.unwrap();
    assert_eq!(store.read(Area::Sharing, 1).await, Ok(Some(vec![9])));
    assert_eq!(store.read(Area::Log, 2).await, Ok(Some(vec![2, 7])));
}
