//! What a person does with colleagues: cards, files, conflicts, the recovery sheet.

use daifuku::bundle::Kind;
use daifuku::engine::Failure;
use daifuku::engine::protocol::{Event, Outcome, Reply, Request};
use daifuku::engine::rows::CustomerPage;
use daifuku::engine::sharing::rows::{
    ApplyMode, Audience, BundleOrder, BundlePreview, ConflictRow, FieldGroup, FileOut, MemberRow, OwnCard,
    ReceiptRow, SharingState, Who,
};
use daifuku::model::RecordId;

use super::place::{PASSPHRASE, Screen};

pub(super) fn order(kind: Kind, to: Audience) -> BundleOrder {
    BundleOrder {
        kind,
        who: Who::Everyone,
        fields: FieldGroup::ALL.to_vec(),
        to,
        everything: false,
        armored: false,
        title: "共有".to_owned(),
        purpose: "引き継ぎ".to_owned(),
        offset: 540,
        settings: vec![("text_size".to_owned(), "largest".to_owned())],
    }
}

impl Screen {
    pub(super) fn members(&self) -> Vec<MemberRow> {
        match self.ask(Request::Team) {
            Ok(Reply::Team(team)) => team.members,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn own_card(&self) -> OwnCard {
        match self.ask(Request::OwnCard) {
            Ok(Reply::OwnCard(card)) => *card,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn knows(&self, other: &Self) {
        let bytes = other.own_card().text.into_bytes();
        assert!(matches!(self.ask(Request::ReadCard { bytes }), Ok(Reply::Card(_))));
        assert_eq!(self.ask(Request::AddMember { checked: true }), Ok(Reply::Done));
    }

    pub(super) fn make(&self, order: BundleOrder) -> Result<FileOut, Failure> {
        match self.job(Request::MakeBundle(Box::new(order)))? {
            Outcome::Made(made) => match self.ask(Request::TakeFile) {
                Ok(Reply::File(file)) => {
                    assert_eq!(made.bytes, u64::try_from(file.bytes.len()).unwrap());
                    assert_eq!(made.file_name, file.name);
                    Ok(file)
                }
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    }

    /// What changed, for everyone that this screen knows.
    pub(super) fn for_team(&self) -> Vec<u8> {
        let to = self.members().iter().filter_map(|member| member.replica).collect();
        self.make(order(Kind::Team, Audience::Members(to))).unwrap().bytes
    }

    pub(super) fn look(&self, bytes: Vec<u8>) -> Result<BundlePreview, Failure> {
        self.look_as(bytes, "", "", false)
    }

    /// As who restores from it.
    pub(super) fn look_with(
        &self,
        bytes: Vec<u8>,
        passphrase: &str,
        identity: &str,
    ) -> Result<BundlePreview, Failure> {
        self.look_as(bytes, passphrase, identity, true)
    }

    pub(super) fn look_as(
        &self,
        bytes: Vec<u8>,
        passphrase: &str,
        identity: &str,
        restoring: bool,
    ) -> Result<BundlePreview, Failure> {
        let request = Request::OpenBundle {
            name: "x.age".to_owned(),
            passphrase: passphrase.to_owned(),
            identity: identity.to_owned(),
            restoring,
            bytes,
        };
        match self.job(request)? {
            Outcome::Previewed(preview) => Ok(*preview),
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn apply(&self, mode: ApplyMode) -> ReceiptRow {
        match self.job(Request::ApplyBundle { mode, confirmed: true }) {
            Ok(Outcome::Merged(row)) => *row,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn take_in(&self, bytes: Vec<u8>) -> ReceiptRow {
        let preview = self.look(bytes).unwrap();
        let receipt = self.apply(ApplyMode::Merge);
        let told = (preview.new, preview.changed, preview.to_decide, preview.deleted);
        assert_eq!(told, (receipt.new, receipt.changed, receipt.to_decide, receipt.deleted));
        receipt
    }

    pub(super) fn conflicts(&self) -> Vec<ConflictRow> {
        match self.ask(Request::Conflicts(None)) {
            Ok(Reply::Conflicts(rows)) => rows,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn name(&self, record: RecordId) -> String {
        self.page(record).customer.name
    }

    pub(super) fn sharing(&self) -> SharingState {
        let states = self.events().into_iter().rev();
        let mut states = states.filter_map(|event| match event {
            Event::Sharing(state) => Some(state),
            _ => None,
        });
        states.next().unwrap_or_default()
    }

    pub(super) fn sheet(&self) -> String {
        let made = self.ask(Request::MakeRecovery { passphrase: PASSPHRASE.to_owned() });
        let Ok(Reply::RecoverySheet(sheet)) = made else { panic!("{made:?}") };
        let end = sheet.identity.get(sheet.identity.len() - 6..).unwrap().to_lowercase();
        assert_eq!(self.ask(Request::ConfirmRecovery { typed: "xxxxxx".into() }), Err(Failure::NotTheSheet));
        assert_eq!(self.ask(Request::ConfirmRecovery { typed: end }), Ok(Reply::Done));
        sheet.identity.clone()
    }
}

pub(super) fn pair() -> (Screen, Screen) {
    let (shop, phone) = (Screen::named("店", 1), Screen::named("花子", 2));
    shop.knows(&phone);
    phone.knows(&shop);
    (shop, phone)
}

pub(super) fn plain(page: CustomerPage) -> CustomerPage {
    CustomerPage { unread: Vec::new(), ..super::place::timeless(page) }
}
