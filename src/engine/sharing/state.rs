//! What every screen shows of sharing, and what is to be done after opening.

use std::rc::Rc;

use super::rows::SharingState;
use crate::engine::dispatch::{Engine, Open};
use crate::engine::failure::Failure;
use crate::engine::host::Host;
use crate::engine::protocol::{Event, Reply};
use crate::model::{FieldName, RecordId};
use crate::vault::Notebook;
use crate::vault::team::{ROW_UNREAD, Team, Trust, Unread, sharing_row};

impl<H: Host> Engine<H> {
    pub(in crate::engine) fn sharing_state(open: &Open<H>) -> SharingState {
        state_of(&open.notebook, open.sharing.borrow().unread_pages.len())
    }

    /// Tells the screen how sharing stands.
    pub(in crate::engine) fn tell_sharing(&self, open: &Open<H>) {
        self.tell(Event::Sharing(Self::sharing_state(open)));
    }

    /// What a crash left undone: erasing, merging. And what is not needed any more.
    pub(in crate::engine) async fn tidy_sharing(self: &Rc<Self>, open: &Open<H>) -> Result<(), Failure> {
        if let Some(unread) = open.notebook.sharing::<Unread>(ROW_UNREAD).await? {
            let mut sharing = open.sharing.borrow_mut();
            sharing.unread_pages = unread.0.iter().map(|(page, _, _)| *page).collect();
            sharing.unread = unread;
        }
        // A merge that goes on may bring erasures, and what is staged for it goes with its end.
        self.resume_merge(open).await?;
        self.finish_erasing(open).await?;
        self.forget_undo(open).await?;
        if !open.sharing.borrow().unread_pages.is_empty() {
            self.tell_sharing(open);
            self.renew_views(open).await;
        }
        Ok(())
    }

    /// Takes the marks of what is new from pages that were looked at.
    pub(in crate::engine) async fn mark_read(
        self: &Rc<Self>,
        open: &Open<H>,
        pages: &[RecordId],
    ) -> Result<Reply, Failure> {
        let unread = {
            let sharing = open.sharing.borrow();
            let is_read = |page: &RecordId| pages.is_empty() || pages.contains(page);
            let kept = sharing.unread.0.iter().filter(|(page, _, _)| !is_read(page));
            Unread(kept.cloned().collect())
        };
        if unread == open.sharing.borrow().unread {
            return Ok(Reply::Done);
        }
        let turn = open.notebook.begin().await;
        let rows = vec![sharing_row(ROW_UNREAD, &unread)];
        open.notebook.change_team(&turn, |_: &mut Team| {}, rows).await?;
        drop(turn);
        {
            let mut sharing = open.sharing.borrow_mut();
            sharing.unread_pages = unread.0.iter().map(|(page, _, _)| *page).collect();
            sharing.unread = unread;
        }
        self.tell_sharing(open);
        self.renew_views(open).await;
        Ok(Reply::Done)
    }

    /// What is new on a page.
    pub(in crate::engine) fn unread_of(open: &Open<H>, page: RecordId) -> Vec<(RecordId, Option<FieldName>)> {
        let sharing = open.sharing.borrow();
        let of_page = sharing.unread.0.iter().filter(|(known, _, _)| *known == page);
        of_page.map(|(_, record, field)| (*record, field.as_deref().map(FieldName::new))).collect()
    }
}

/// How sharing stands.
fn state_of<S: crate::vault::Store>(notebook: &Notebook<S>, unread: usize) -> SharingState {
    let small = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let counter = notebook.written();
    let team = notebook.team();
    let member = |replica: &crate::model::ReplicaId| {
        team.members.iter().find(|member| member.replica == *replica).map(|member| member.name.clone())
    };
    let since = team.backup.map_or(counter, |backup| counter.saturating_sub(backup.counter));
    SharingState {
        conflicts: small(notebook.conflicts().len()),
        unread: small(unread),
        backup: team.backup.map(|backup| backup.at),
        since_backup: u32::try_from(since).unwrap_or(u32::MAX),
        recovery: team.recovery.is_some(),
        members: small(team.members.iter().filter(|member| !matches!(member.trust, Trust::Left(_))).count()),
        merging: false,
        gaps: team
            .gaps
            .iter()
            .map(|replica| member(replica).unwrap_or_else(|| notebook.device_name(*replica)))
            .collect(),
    }
}
