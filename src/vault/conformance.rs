//! What every [`Store`] must do. Run on the memory store natively and on the browser's database in a
//! browser, so that the vault's own tests, which use the memory store, hold for both.

#![allow(clippy::panic, clippy::expect_used, reason = "a suite of assertions, called by tests only")]

use core::future::Future;

use super::store::{Area, Batch, Store, StoreError, Write};

/// Runs the whole suite; `make` gives an empty store each time.
///
/// # Panics
/// When the store does not conform.
pub async fn all<S: Store, F: Future<Output = S>>(make: impl Fn() -> F) {
    reads_what_was_written(&make().await).await;
    lists_in_order(&make().await).await;
    deletes(&make().await).await;
    is_atomic_in_order(&make().await).await;
    refuses_a_stale_fence(&make().await).await;
    keeps_areas_apart(&make().await).await;
    takes_large_and_empty_rows(&make().await).await;
}

fn put(area: Area, row: u64, bytes: &[u8]) -> Write {
    Write::Put(area, row, bytes.to_vec())
}

async fn reads_what_was_written(store: &impl Store) {
    let fence = store.claim().await.expect("claim");
    assert_eq!(store.read(Area::Meta, 1).await, Ok(None));
    let writes = vec![put(Area::Meta, 1, b"one"), put(Area::Meta, 2, b"two")];
    store.commit(Batch { fence, writes }).await.expect("commit");
    assert_eq!(store.read(Area::Meta, 1).await, Ok(Some(b"one".to_vec())));
    store.commit(Batch { fence, writes: vec![put(Area::Meta, 1, b"uno")] }).await.expect("replace");
    assert_eq!(store.read(Area::Meta, 1).await, Ok(Some(b"uno".to_vec())));
    assert_eq!(store.read(Area::Meta, 2).await, Ok(Some(b"two".to_vec())));
}

async fn lists_in_order(store: &impl Store) {
    let fence = store.claim().await.expect("claim");
    // Numbers whose order as text differs, and the largest that a browser counts exactly.
    let rows = [9_u64, 10, 2, 255, 256, 1 << 40, (1 << 53) - 1, 0];
    let writes = rows.iter().map(|&row| put(Area::Log, row, &row.to_be_bytes())).collect();
    store.commit(Batch { fence, writes }).await.expect("commit");
    let all = store.read_from(Area::Log, 0, 100).await.expect("list");
    let mut sorted = rows.to_vec();
    sorted.sort_unstable();
    assert_eq!(all.iter().map(|(row, _)| *row).collect::<Vec<_>>(), sorted);
    assert!(all.iter().all(|(row, bytes)| bytes == &row.to_be_bytes()));
    let some = store.read_from(Area::Log, 10, 3).await.expect("list a part");
    assert_eq!(some.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [10, 255, 256]);
    assert_eq!(store.read_from(Area::Log, 11, 0).await, Ok(vec![]));
    let many = store.read_many(Area::Log, &[256, 3, 9, 9]).await.expect("read several");
    let nine = Some(9_u64.to_be_bytes().to_vec());
    assert_eq!(many, [Some(256_u64.to_be_bytes().to_vec()), None, nine.clone(), nine]);
    assert_eq!(store.read_many(Area::Log, &[]).await, Ok(vec![]));
}

async fn deletes(store: &impl Store) {
    let fence = store.claim().await.expect("claim");
    let writes = (0..10).map(|row| put(Area::Log, row, b"x")).chain([put(Area::Index, 3, b"x")]).collect();
    store.commit(Batch { fence, writes }).await.expect("commit");
    let writes =
        vec![Write::Delete(Area::Log, 7), Write::Delete(Area::Log, 99), Write::DeleteBelow(Area::Log, 5)];
    store.commit(Batch { fence, writes }).await.expect("delete");
    let left = store.read_from(Area::Log, 0, 100).await.expect("list");
    assert_eq!(left.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [5, 6, 8, 9]);
    assert_eq!(store.read(Area::Index, 3).await, Ok(Some(b"x".to_vec())), "another area was touched");
}

async fn is_atomic_in_order(store: &impl Store) {
    let fence = store.claim().await.expect("claim");
    let writes = vec![
        put(Area::Segments, 1, b"first"),
        Write::DeleteBelow(Area::Segments, 2),
        put(Area::Segments, 1, b"second"),
    ];
    store.commit(Batch { fence, writes }).await.expect("commit");
    assert_eq!(store.read(Area::Segments, 1).await, Ok(Some(b"second".to_vec())));
}

async fn refuses_a_stale_fence(store: &impl Store) {
    let old = store.claim().await.expect("claim");
    store.commit(Batch { fence: old, writes: vec![put(Area::Meta, 5, b"old")] }).await.expect("commit");
    let new = store.claim().await.expect("claim again");
    assert_ne!(old, new);
    let late = Batch { fence: old, writes: vec![put(Area::Meta, 5, b"late"), put(Area::Log, 1, b"late")] };
    assert_eq!(store.commit(late).await, Err(StoreError::Fenced));
    assert_eq!(store.read(Area::Meta, 5).await, Ok(Some(b"old".to_vec())));
    assert_eq!(store.read(Area::Log, 1).await, Ok(None), "half of a refused batch was kept");
    store.commit(Batch { fence: new, writes: vec![put(Area::Meta, 5, b"new")] }).await.expect("commit");
    assert_eq!(store.read(Area::Meta, 5).await, Ok(Some(b"new".to_vec())));
}

async fn keeps_areas_apart(store: &impl Store) {
    let fence = store.claim().await.expect("claim");
    let writes = Area::ALL.iter().map(|&area| put(area, 4, area.name().as_bytes())).collect();
    store.commit(Batch { fence, writes }).await.expect("commit");
    for area in Area::ALL {
        assert_eq!(store.read(area, 4).await, Ok(Some(area.name().as_bytes().to_vec())));
    }
}

async fn takes_large_and_empty_rows(store: &impl Store) {
    let fence = store.claim().await.expect("claim");
    let large: Vec<u8> = (0..1_000_000_u32).map(|byte| byte.to_le_bytes()[1]).collect();
    let writes = vec![put(Area::Blobs, 1, &large), put(Area::Blobs, 2, b"")];
    store.commit(Batch { fence, writes }).await.expect("commit");
    assert_eq!(store.read(Area::Blobs, 1).await, Ok(Some(large)));
    assert_eq!(store.read(Area::Blobs, 2).await, Ok(Some(vec![])));
}
