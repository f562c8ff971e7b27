//! The sealer at work: answers requests, one after the other. The browser runs it in a worker of its own,
//! tests and the command line tool where they are.

use age::x25519;
use zeroize::Zeroizing;

use super::container::{self, Keys};
use super::derive::derive;
use super::header::{Header, To};
use super::item::Item;
use super::keys::{DeviceKeys, identity_of, is_signed_by, secret_of_typed};
use super::read::{Bundle, Items};
use super::sealer::{Answer, OpenWith, Opened, Request, SealerError};
use super::write::Writer;
use super::{card, qr, recovery};
use crate::crypto::{Entropy, Passphrase};
use crate::model::ReplicaId;

/// A sealer.
pub struct Worker {
    entropy: Box<dyn Entropy>,
    writing: Option<Writing>,
    reading: Option<Items>,
}

struct Writing {
    writer: Writer,
    keys: DeviceKeys,
    to: To,
    passphrase: Option<Zeroizing<String>>,
    armored: bool,
}

impl Worker {
    /// A sealer that has nothing to do yet.
    #[must_use]
    pub fn new(entropy: Box<dyn Entropy>) -> Self {
        Self { entropy, writing: None, reading: None }
    }

    /// Does what is asked.
    pub fn answer(&mut self, request: Request) -> Answer {
        self.try_answer(request).unwrap_or_else(Answer::Failed)
    }

    fn try_answer(&mut self, request: Request) -> Result<Answer, SealerError> {
        match request {
            Request::Derive { params, passphrase } => derive(&params, Zeroizing::new(passphrase)),
            Request::MakeDevice { name, replica, at, keys } => {
                self.make_device(&name, replica, at, &Zeroizing::new(keys))
            }
            Request::ReadCard(file) => card::read(&file).map(Answer::Card),
            Request::MakeRecovery { vault } => {
                recovery::make(&vault, &mut *self.entropy).map(Answer::Recovery)
            }
            Request::OpenRecovery { vault, identity } => {
                recovery::open(&vault, &identity).map(Answer::Recovery)
            }
            Request::Qr(text) => qr::qr(&text).map(Answer::Qr),
            Request::Write { header, keys, passphrase, armored } => {
                self.begin(*header, &Zeroizing::new(keys), passphrase, armored)
            }
            Request::Items(items) => self.write(&items),
            Request::Finish => self.finish(),
            Request::Read { file, open_with } => self.read(&file, &open_with),
            Request::More => self.more(),
        }
    }

    fn make_device(
        &mut self,
        name: &str,
        replica: ReplicaId,
        at: i64,
        keys: &[u8],
    ) -> Result<Answer, SealerError> {
        let keys =
            if keys.is_empty() { DeviceKeys::make(&mut *self.entropy)? } else { DeviceKeys::decode(keys)? };
        let card = card::make(&keys, name, replica, at)?;
        Ok(Answer::Device { keys: keys.encode().to_vec(), card })
    }

    fn begin(
        &mut self,
        mut header: Header,
        keys: &[u8],
        passphrase: Option<String>,
        armored: bool,
    ) -> Result<Answer, SealerError> {
        self.writing = None;
        let keys = DeviceKeys::decode(keys)?;
        // Whatever the caller knows of the keys, what is signed is what the signature is made with.
        header.from.signing_key = keys.signing_key();
        header.from.recipient = keys.recipient();
        let passphrase = passphrase.map(Zeroizing::new);
        match (&mut header.to, &passphrase) {
            // Readers look for their own text among these.
            (To::Recipients(texts), None) => {
                *texts = container::parse_recipients(texts)?
                    .iter()
                    .map(|recipient| recipient.to_string())
                    .collect();
            }
            (To::Passphrase, Some(typed)) if !Passphrase::new(typed).text().is_empty() => {}
            _ => return Err(SealerError::NotARecipient),
        }
        let to = header.to.clone();
        self.writing = Some(Writing { writer: Writer::new(&header)?, keys, to, passphrase, armored });
        Ok(Answer::Ready(0))
    }

    fn write(&mut self, items: &[Item]) -> Result<Answer, SealerError> {
        // After an error there is no bundle: one without the item that failed must not be finished.
        let mut writing = self.writing.take().ok_or(SealerError::Order)?;
        items.iter().try_for_each(|item| writing.writer.push(item))?;
        let packed = writing.writer.packed();
        self.writing = Some(writing);
        Ok(Answer::Ready(packed))
    }

    fn finish(&mut self) -> Result<Answer, SealerError> {
        let Writing { writer, keys, to, passphrase, armored } =
            self.writing.take().ok_or(SealerError::Order)?;
        let content = Zeroizing::new(writer.finish(|message| keys.sign(message))?);
        let file = match (&to, passphrase) {
            (To::Recipients(recipients), _) => container::seal_for(&content, recipients, armored),
            (To::Passphrase, Some(passphrase)) => container::seal_with(&content, &passphrase, armored),
            (To::Passphrase, None) => Err(SealerError::NotARecipient),
        };
        file.map(Answer::File)
    }

    fn read(&mut self, file: &[u8], open_with: &OpenWith) -> Result<Answer, SealerError> {
        self.reading = None;
        // Keys that can't be read (a newer version's, in one's own backup) open nothing; others may.
        let (mut devices, mut unread) = (Vec::new(), None);
        for keys in &open_with.devices {
            match DeviceKeys::decode(keys) {
                Ok(keys) => devices.push(keys),
                Err(error) => unread = Some(error),
            }
        }
        let has_other = !open_with.identities.is_empty() || open_with.passphrase.is_some();
        if let Some(error) = unread.filter(|_| devices.is_empty() && !has_other) {
            return Err(error);
        }
        let sheets: Vec<x25519::Identity> = open_with
            .identities
            .iter()
            .map(|typed| identity_of(&*secret_of_typed(typed).ok_or(SealerError::NotAnIdentity)?))
            .collect::<Result<_, _>>()?;
        let identities: Vec<_> = devices.iter().map(DeviceKeys::identity).chain(&sheets).collect();
        let own: Vec<String> = identities.iter().map(|identity| identity.to_public().to_string()).collect();
        let passphrase = open_with.passphrase.as_deref();
        let mut keys = Keys { identities, passphrase: None };
        let opened = container::open(file, &keys);
        let with_passphrase = opened == Err(SealerError::NeedsPassphrase) && passphrase.is_some();
        let content = if with_passphrase {
            keys.passphrase = passphrase;
            container::open(file, &keys)?
        } else {
            opened?
        };
        let bundle = Bundle::open(content)?.verify(is_signed_by)?;
        let header = bundle.header().clone();
        let addressed = match &header.to {
            // Whoever knows the passphrase was meant, if it is what opened the file.
            To::Passphrase => with_passphrase,
            To::Recipients(recipients) => own.iter().any(|own| recipients.contains(own)),
        };
        let typed: Vec<String> = sheets.iter().map(|sheet| sheet.to_public().to_string()).collect();
        let by_secret = match &header.to {
            To::Passphrase => with_passphrase,
            To::Recipients(recipients) => typed.iter().any(|typed| recipients.contains(typed)),
        };
        let opened = Opened {
            by_secret,
            fingerprint: card::fingerprint(&header.from.signing_key, &header.from.recipient),
            header,
            addressed,
            own: devices.iter().any(|keys| keys.signing_key() == bundle.header().from.signing_key),
            items: bundle.len(),
            unknown: bundle.unknown(),
            bytes: bundle.bytes(),
        };
        self.reading = Some(bundle.items());
        Ok(Answer::Opened(Box::new(opened)))
    }

    fn more(&mut self) -> Result<Answer, SealerError> {
        // After an error there is nothing more to read: an answer without items would look like the end.
        let mut reading = self.reading.take().ok_or(SealerError::Order)?;
        let items = reading.batch()?;
        self.reading = Some(reading);
        Ok(Answer::Items(items))
    }
}

#[cfg(test)]
mod tests {
    use super::super::header::{BundleId, Kind, Scope, Sender};
    use super::*;
    use crate::crypto::SeededEntropy;
    use crate::merge::{HybridTimestamp, VersionVector};
    use crate::model::RecordId;

    const REPLICA: ReplicaId = ReplicaId([1; 8]);

    fn worker() -> (Worker, Vec<u8>, String) {
        let mut worker = Worker::new(Box::new(SeededEntropy::new(1)));
        let made = Request::MakeDevice { name: "受付".to_owned(), replica: REPLICA, at: 1, keys: vec![] };
        let Answer::Device { keys, card } = worker.answer(made) else { panic!("no device") };
        (worker, keys, card.recipient)
    }

    fn write(to: To, keys: &[u8], passphrase: Option<&str>) -> Request {
        let from = Sender {
            name: "受付".to_owned(),
            replica: REPLICA,
            signing_key: [0; 32],
            recipient: String::new(),
        };
        let header = Header {
            version: 1,
            oldest_reader: 1,
            app: "0".to_owned(),
            id: BundleId([2; 16]),
            kind: Kind::Backup,
            at: HybridTimestamp(1 << 16),
            from,
            to,
            scope: Scope::All,
            base: VersionVector::default(),
            covers: VersionVector::default(),
            have: VersionVector::default(),
            trails: vec![],
            devices: vec![],
            number: 1,
            previous: None,
        };
        let passphrase = passphrase.map(str::to_owned);
        Request::Write { header: Box::new(header), keys: keys.to_vec(), passphrase, armored: false }
    }

    fn item() -> Item {
        let erasure = crate::merge::Erasure {
            at: HybridTimestamp(1 << 16),
            by: crate::merge::Dot { replica: REPLICA, counter: 1 },
        };
        Item::Erasure { record: RecordId([3; 16]), erasure }
    }

    fn error(answer: Answer) -> Option<SealerError> {
        if let Answer::Failed(error) = answer { Some(error) } else { None }
    }

    fn open_with(keys: &[u8]) -> OpenWith {
        OpenWith { devices: vec![keys.to_vec()], ..OpenWith::default() }
    }

    #[test]
    fn a_failure_leaves_nothing_of_an_earlier_request_behind() {
        let (mut worker, keys, recipient) = worker();
        let to = || To::Recipients(vec![recipient.clone()]);
        assert_eq!(error(worker.answer(write(to(), &keys, None))), None);
        assert_eq!(error(worker.answer(Request::Items(vec![item()]))), None);
        let Answer::File(file) = worker.answer(Request::Finish) else { panic!("no file") };

        let read = |file: &[u8]| Request::Read { file: file.to_vec(), open_with: open_with(&keys) };
        assert!(matches!(worker.answer(read(&file)), Answer::Opened(opened) if opened.items == 1));
        assert_eq!(error(worker.answer(read(&[]))), Some(SealerError::NotABundle));
        assert_eq!(error(worker.answer(Request::More)), Some(SealerError::Order), "items of another file");

        assert_eq!(error(worker.answer(write(to(), &keys, None))), None);
        assert!(error(worker.answer(write(to(), b"", None))).is_some());
        assert_eq!(error(worker.answer(Request::Finish)), Some(SealerError::Order), "the file before");
    }

    #[test]
    fn whom_it_is_for_is_known_before_anything_is_written() {
        let (mut worker, keys, recipient) = worker();
        let none = || To::Recipients(vec![]);
        let wrong = || To::Recipients(vec![recipient.clone(), "age1".to_owned()]);
        let right = || To::Recipients(vec![recipient.clone()]);
        for (to, passphrase) in [
            (none(), None),
            (wrong(), None),
            (right(), Some("abc")),
            (To::Passphrase, None),
            (To::Passphrase, Some("")),
            (To::Passphrase, Some("\u{3000} ")),
        ] {
            let answer = worker.answer(write(to, &keys, passphrase));
            assert_eq!(error(answer), Some(SealerError::NotARecipient));
        }
    }

    #[test]
    fn a_recipient_in_capitals_finds_itself_addressed() {
        let (mut worker, keys, recipient) = worker();
        worker.answer(write(To::Recipients(vec![recipient.to_uppercase()]), &keys, None));
        let Answer::File(file) = worker.answer(Request::Finish) else { panic!("no file") };
        let Answer::Opened(opened) = worker.answer(Request::Read { file, open_with: open_with(&keys) })
        else {
            panic!("not opened")
        };
        assert!(opened.addressed);
        assert_eq!(opened.header.to, To::Recipients(vec![recipient]));
    }
}
