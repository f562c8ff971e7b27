//! Unsaved texts, kept sealed so that a crash loses no sentence.

use super::error::{Part, VaultError};
use super::format::{DRAFTS_ASIDE, Drafts, ROW_DRAFTS, encode};
use super::notebook::Notebook;
use super::store::{Area, Store, Write};
use crate::model::Instant;

/// More drafts than this are not kept: the oldest goes.
const MOST_DRAFTS: usize = 200;

impl<S: Store> Notebook<S> {
    /// The kept drafts: key, text, when.
    #[must_use]
    pub fn drafts(&self) -> Vec<(String, String, Instant)> {
        self.state.borrow().drafts.0.clone()
    }

    /// Keeps a draft under its key; an empty text forgets it.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn keep_draft(&self, key: &str, text: &str, now: Instant) -> Result<(), VaultError> {
        let _turn = self.begin().await;
        let mut drafts: Drafts = self.state.borrow().drafts.clone();
        let before = drafts.0.len();
        drafts.0.retain(|(known, _, _)| known != key);
        if text.is_empty() {
            if drafts.0.len() == before {
                return Ok(());
            }
        } else {
            drafts.0.push((key.to_owned(), text.to_owned(), now));
        }
        let extra = drafts.0.len().saturating_sub(MOST_DRAFTS);
        drafts.0.drain(..extra);
        let sealed = self.sealing.seal(Area::Meta, ROW_DRAFTS, &encode(&drafts))?;
        let mut writes = vec![Write::Put(Area::Meta, ROW_DRAFTS, sealed)];
        if self.damaged().contains(&Part::Drafts)
            && let Some(bytes) = self.store.read(Area::Meta, ROW_DRAFTS).await?
        {
            writes.push(Write::Put(Area::Blobs, DRAFTS_ASIDE + now.0.unsigned_abs(), bytes));
        }
        self.write(writes).await?;
        let mut state = self.state.borrow_mut();
        state.drafts = drafts;
        state.damaged.retain(|part| *part != Part::Drafts);
        Ok(())
    }
}
