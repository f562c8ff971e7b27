//! What shall be given to whom, as it is chosen step by step; and the file that came of it. Lives as long as
//! the notebook is open, so that a customer's page can begin it and a file that was made is found again.

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::Blob;

use crate::bundle::Kind;
use crate::engine::Failure;
use crate::engine::protocol::{Outcome, Request};
use crate::engine::sharing::rows::{Audience, BundleOrder, FieldGroup, MadeBundle, Who};
use crate::model::{RecordId, ReplicaId};
use crate::ui::clock::offset;
use crate::ui::file::can_send_text;
use crate::ui::session::{JobKind, Session, use_session};

/// The fields that are ticked at first: how to reach someone. More is given only if it is wanted.
const USUAL: [FieldGroup; 5] =
    [FieldGroup::Name, FieldGroup::Company, FieldGroup::Phones, FieldGroup::Mails, FieldGroup::Addresses];

/// For whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// Colleagues whose cards are known.
    Members,
    /// Whoever is told the passphrase.
    Passphrase,
}

/// What is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// What changed since the last time.
    News,
    /// All customers.
    Everything,
    /// Chosen customers.
    Chosen,
}

/// What is missing before the file can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// For whom.
    Recipient,
    /// The recipient's name.
    Name,
    /// The passphrase.
    Passphrase,
    /// The customers.
    Customers,
}

/// How far the file has come.
#[derive(Clone, Default)]
pub enum Making {
    /// It is not asked for.
    #[default]
    Idle,
    /// It is being made.
    Making,
    /// It is here.
    Made(MadeFile),
    /// It could not be made.
    Failed(Failure),
}

/// A file that was made.
#[derive(Clone)]
pub struct MadeFile {
    /// What is in it.
    pub made: MadeBundle,
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub blob: Blob,
    /// Whether it opens with a passphrase.
    pub passphrase: bool,
}

/// The order; a copy is the same order.
#[derive(Clone, Copy)]
pub struct ShareOrder {
    /// For whom.
    pub recipient: RwSignal<Recipient>,
    /// The chosen colleagues.
    pub members: RwSignal<Vec<ReplicaId>>,
    /// Who gets to know the passphrase.
    pub name: RwSignal<String>,
    /// The passphrase.
    pub passphrase: RwSignal<String>,
    /// What is given.
    pub what: RwSignal<What>,
    /// The chosen customers with their names.
    pub customers: RwSignal<Vec<(RecordId, String)>>,
    /// A search whose customers are all given, instead of chosen ones.
    pub search: RwSignal<Option<String>>,
    /// What of them.
    pub fields: RwSignal<Vec<FieldGroup>>,
    /// What the file is called.
    pub title: RwSignal<String>,
    /// Why it is given.
    pub purpose: RwSignal<String>,
    /// The file.
    pub making: RwSignal<Making, LocalStorage>,
    session: Session,
}

/// The order of the open notebook.
///
/// # Panics
/// Outside of the open notebook.
#[must_use]
pub fn use_share_order() -> ShareOrder {
    expect_context::<ShareOrder>()
}

impl ShareOrder {
    /// Gives itself to everything below.
    pub fn provide() {
        provide_context(Self {
            recipient: RwSignal::new(Recipient::Members),
            members: RwSignal::default(),
            name: RwSignal::default(),
            passphrase: RwSignal::default(),
            what: RwSignal::new(What::News),
            customers: RwSignal::default(),
            search: RwSignal::new(None),
            fields: RwSignal::new(USUAL.to_vec()),
            title: RwSignal::default(),
            purpose: RwSignal::default(),
            making: RwSignal::new_local(Making::Idle),
            session: use_session(),
        });
    }

    /// Begins anew with one customer.
    pub fn begin_with(self, customer: RecordId, name: String) {
        self.making.set(Making::Idle);
        self.what.set(What::Chosen);
        self.search.set(None);
        self.customers.set(vec![(customer, name)]);
    }

    /// What is given now. To who has no card one can't give what changed: nothing is known of what they have.
    #[must_use]
    pub fn what_now(self) -> What {
        match (self.recipient.get(), self.what.get()) {
            (Recipient::Passphrase, What::News) => What::Chosen,
            (_, what) => what,
        }
    }

    /// Whether groups of fields are chosen.
    #[must_use]
    pub fn has_fields(self) -> bool {
        self.recipient.get() == Recipient::Passphrase || self.what_now() == What::Chosen
    }

    /// What is missing to look what would be in it.
    #[must_use]
    pub fn lacks_content(self) -> Option<Missing> {
        let nobody = self.recipient.get() == Recipient::Members && self.members.with(Vec::is_empty);
        let nothing = self.what_now() == What::Chosen
            && self.search.with(Option::is_none)
            && self.customers.with(Vec::is_empty);
        match (nobody, nothing) {
            (true, _) => Some(Missing::Recipient),
            (_, true) => Some(Missing::Customers),
            _ => None,
        }
    }

    /// What is missing to make it.
    #[must_use]
    pub fn lacks(self) -> Option<Missing> {
        let by_passphrase = self.recipient.get() == Recipient::Passphrase;
        if by_passphrase && self.name.with(|name| name.trim().is_empty()) {
            Some(Missing::Name)
        } else if by_passphrase && self.passphrase.with(String::is_empty) {
            Some(Missing::Passphrase)
        } else {
            self.lacks_content()
        }
    }

    /// The order without what is only written on it: what is in the file depends on nothing else.
    #[must_use]
    pub fn content(self) -> BundleOrder {
        let (what, fields) = (self.what_now(), self.has_fields());
        let to = match self.recipient.get() {
            Recipient::Members => Audience::Members(self.members.get()),
            Recipient::Passphrase => Audience::Passphrase { passphrase: String::new(), name: String::new() },
        };
        let who = match (what, self.search.get()) {
            (What::Chosen, Some(search)) => Who::Search(search),
            (What::Chosen, None) => {
                Who::Customers(self.customers.with(|all| all.iter().map(|(id, _)| *id).collect()))
            }
            _ => Who::Everyone,
        };
        BundleOrder {
            kind: if fields { Kind::Share } else { Kind::Team },
            who,
            fields: if fields { self.fields.get() } else { Vec::new() },
            to,
            everything: what == What::Everything,
            armored: false,
            title: String::new(),
            purpose: String::new(),
            offset: offset(),
            settings: Vec::new(),
        }
    }

    /// Makes the file.
    pub fn make(self) {
        let mut order = untrack(|| self.content());
        let passphrase = self.recipient.get_untracked() == Recipient::Passphrase;
        if let Audience::Passphrase { passphrase, name } = &mut order.to {
            *passphrase = self.passphrase.get_untracked();
            *name = self.name.with_untracked(|name| name.trim().to_owned());
        }
        if order.kind == Kind::Share {
            order.title = self.title.get_untracked();
        }
        order.purpose = self.purpose.get_untracked();
        // Phones hand text files from app to app, and refuse endings that they don't know.
        order.armored = can_send_text();
        self.session.flush();
        self.making.set(Making::Making);
        spawn_local(async move {
            let making = match self.make_file(order, passphrase).await {
                Ok(made) => Making::Made(made),
                Err(failure) => Making::Failed(failure),
            };
            self.making.try_set(making);
        });
    }

    /// Forgets the file and what was chosen for it alone.
    pub fn again(self) {
        self.making.set(Making::Idle);
        self.customers.set(Vec::new());
        self.search.set(None);
        for text in [self.name, self.passphrase, self.title, self.purpose] {
            text.set(String::new());
        }
    }

    async fn make_file(self, order: BundleOrder, passphrase: bool) -> Result<MadeFile, Failure> {
        let request = Request::MakeBundle(Box::new(order));
        match self.session.run_job(JobKind::MakeBundle, request, None).await? {
            Outcome::Made(made) => {
                let (file, blob) = self.session.engine.take_file().await?;
                Ok(MadeFile { made, name: file.name, blob, passphrase })
            }
            _ => Err(Failure::Unreadable),
        }
    }
}
