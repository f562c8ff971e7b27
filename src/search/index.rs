//! The folded text of every customer, as far as it is in memory.
//!
//! * **Heads** (name, reading, company, phones, tags, addresses) are always in memory.
//! * **Bodies** (notes, tasks, purchases, memo) live in *blocks*, one for each stored segment of about a
//!   hundred customers. Of a block, a [`Filter`] is always in memory; its text is held as long as the
//!   budget allows, and a search asks for what it lacks ([`super::Step::Need`]).
//! * The **overlay** holds the newest body of customers that changed since their block was written.
//!
//! The body of a customer is in one place: the overlay, else the block with the highest number that
//! lists it. Older blocks' copies are stale and never looked at. Nothing is found without a head.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};

use crate::model::RecordId;

use super::filter::Filter;
use super::heads::Heads;
use super::query::Query;
use super::run::Run;

/// The head of a customer: output of [`super::fold::fold`], several values joined with line feeds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeadText<'a> {
    /// Displayed name.
    pub name: &'a str,
    /// Reading.
    pub reading: &'a str,
    /// Company.
    pub company: &'a str,
    /// Phones, each made by [`super::fold::phone`].
    pub phone: &'a str,
    /// Tags.
    pub tags: &'a str,
    /// What else is found without reading the body: mails, addresses.
    pub other: &'a str,
}

/// Finds customers by their folded text.
///
/// ```
/// use daifuku::model::RecordId;
/// use daifuku::search::{HeadText, Index, Query, Step};
///
/// let mut index = Index::new(0);
/// index.put_head(RecordId([1; 16]), &HeadText { name: "高橋", ..HeadText::default() }, 1);
/// let mut run = index.start(&Query::parse("髙橋"), Some(50));
/// let Step::Done(hits) = run.step(&index) else { unreachable!("there are no blocks to read") };
/// assert_eq!(hits.hits[0].id, RecordId([1; 16]));
/// ```
#[derive(Debug)]
pub struct Index {
    budget: usize,
    pub(super) heads: Heads,
    slots: Vec<Slot>,
    by_id: HashMap<RecordId, usize>,
    blocks: Vec<Option<Block>>,
    by_number: BTreeMap<u64, usize>,
    vacant: Vec<usize>,
    /// Members that are listed by several blocks: the stale copies by slot.
    stale: HashMap<usize, Vec<Home>>,
    resident: usize,
    clock: Cell<u64>,
    /// Changes with everything that a search could find or miss.
    pub(super) revision: u64,
}

#[derive(Debug, Default)]
struct Slot {
    row: Option<usize>,
    overlay: Option<Box<str>>,
    home: Option<Home>,
}

/// A member of a block. Ordered by the number of the block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Home {
    number: u64,
    block: usize,
    member: usize,
}

#[derive(Debug)]
pub(super) struct Block {
    pub(super) number: u64,
    pub(super) filter: Filter,
    /// Slots.
    members: Vec<usize>,
    text: Option<BlockText>,
    used: Cell<u64>,
}

#[derive(Debug)]
struct BlockText {
    bytes: Box<[u8]>,
    /// Where the text of each member ends.
    ends: Box<[usize]>,
}

/// Where the body of a customer is.
pub(super) enum Body<'a> {
    /// Here; empty if it has none.
    Text(&'a [u8]),
    /// In this block (its place in the list), in memory.
    Resident(usize, &'a Block, &'a [u8]),
    /// In this block, to be read.
    Absent(usize, &'a Block),
}

impl Index {
    /// An empty index that keeps at most about `budget` bytes of block text; one block is always kept,
    /// however large, so that a search gets on. Heads, filters and the overlay are not counted.
    #[must_use]
    pub fn new(budget: usize) -> Self {
        Self {
            budget,
            heads: Heads::default(),
            slots: Vec::new(),
            by_id: HashMap::new(),
            blocks: Vec::new(),
            by_number: BTreeMap::new(),
            vacant: Vec::new(),
            stale: HashMap::new(),
            resident: 0,
            clock: Cell::new(0),
            revision: 0,
        }
    }

    /// Sets the head of a customer. `order` is the number of its last change: larger is more recent.
    /// Cheapest when heads come in rising order.
    pub fn put_head(&mut self, id: RecordId, head: &HeadText<'_>, order: u64) {
        self.revision += 1;
        let slot = self.slot(id);
        let row = self.heads.push(id, slot, order, head);
        if let Some(old) = self.slots.get_mut(slot).and_then(|slot| slot.row.replace(row)) {
            self.heads.kill(old);
        }
    }

    /// The customer is found no longer. Its copies in blocks stay and count again if it gets a head again.
    pub fn remove(&mut self, id: RecordId) {
        self.revision += 1;
        if let Some(slot) = self.by_id.get(&id).and_then(|slot| self.slots.get_mut(*slot)) {
            slot.overlay = None;
            if let Some(row) = slot.row.take() {
                self.heads.kill(row);
            }
        }
    }

    /// A stored block: its number (higher is newer), the filter of all its texts, the customers whose
    /// bodies it holds. Replaces a block of the same number.
    pub fn put_block(&mut self, number: u64, filter: Filter, members: Vec<RecordId>) {
        self.drop_block(number);
        let block = self.vacant.pop().unwrap_or_else(|| {
            self.blocks.push(None);
            self.blocks.len() - 1
        });
        let members: Vec<usize> = members.into_iter().map(|id| self.slot(id)).collect();
        for (member, slot) in members.iter().enumerate() {
            let home = Home { number, block, member };
            let Some(old) = self.slots.get_mut(*slot) else { continue };
            let stale = match old.home {
                // Listed twice by this block: the first stands.
                Some(newest) if newest.number == number => continue,
                Some(newest) if newest > home => Some(home),
                _ => old.home.replace(home),
            };
            if let Some(stale) = stale {
                self.stale.entry(*slot).or_default().push(stale);
            }
        }
        self.by_number.insert(number, block);
        if let Some(place) = self.blocks.get_mut(block) {
            *place = Some(Block { number, filter, members, text: None, used: Cell::new(0) });
        }
    }

    /// The block is gone; what it alone listed has no body then.
    pub fn drop_block(&mut self, number: u64) {
        self.revision += 1;
        let Some(place) = self.by_number.remove(&number) else { return };
        let Some(block) = self.blocks.get_mut(place).and_then(Option::take) else { return };
        self.vacant.push(place);
        self.resident -= block.size();
        for slot in block.members {
            let copies = self.stale.get_mut(&slot);
            let Some(own) = self.slots.get_mut(slot) else { continue };
            if let Some(copies) = copies {
                copies.retain(|copy| copy.number != number);
                if own.home.is_some_and(|home| home.number == number) {
                    own.home = copies.iter().max().copied();
                    copies.retain(|copy| Some(*copy) != own.home);
                }
                if copies.is_empty() {
                    self.stale.remove(&slot);
                }
            } else if own.home.is_some_and(|home| home.number == number) {
                own.home = None;
            }
        }
    }

    /// Hands in the folded bodies of a block: exactly those that its filter was built from. The block
    /// becomes resident; those used longest ago leave if the budget is exceeded.
    pub fn supply(&mut self, number: u64, texts: &[(RecordId, String)]) {
        let Some(place) = self.by_number.get(&number).copied() else { return };
        let mut by_slot: HashMap<usize, &str> = HashMap::with_capacity(texts.len());
        for (id, text) in texts {
            by_slot.extend(self.by_id.get(id).map(|slot| (*slot, text.as_str())));
        }
        let Some(block) = self.blocks.get_mut(place).and_then(Option::as_mut) else { return };
        let mut bytes = Vec::with_capacity(by_slot.values().map(|text| text.len()).sum());
        let ends = block.members.iter().map(|slot| {
            bytes.extend_from_slice(by_slot.get(slot).copied().unwrap_or_default().as_bytes());
            bytes.len()
        });
        let ends = ends.collect();
        self.resident -= block.size();
        block.text = Some(BlockText { bytes: bytes.into(), ends });
        self.resident += block.size();
        block.used.set(self.clock.get());
        self.clock.set(self.clock.get() + 1);
        self.evict(place);
    }

    /// The newest body of a customer, folded; hides what any block holds of it.
    pub fn put_overlay(&mut self, id: RecordId, body: &str) {
        self.revision += 1;
        let slot = self.slot(id);
        if let Some(slot) = self.slots.get_mut(slot) {
            slot.overlay = Some(body.into());
        }
    }

    /// Compaction has moved the newest bodies of these customers into a block that was put before.
    pub fn clear_overlay(&mut self, ids: &[RecordId]) {
        self.revision += 1;
        for id in ids {
            if let Some(slot) = self.by_id.get(id).and_then(|slot| self.slots.get_mut(*slot)) {
                slot.overlay = None;
            }
        }
    }

    /// Begins a search for all customers, or for the first `limit` in order of rank.
    pub fn start(&mut self, query: &Query, limit: Option<usize>) -> Run {
        let slots = &mut self.slots;
        let moved = self.heads.settle(|slot, row| {
            if let Some(slot) = slots.get_mut(slot) {
                slot.row = Some(row);
            }
        });
        self.revision += u64::from(moved);
        Run::new(query, limit)
    }

    /// Up to `most` blocks whose texts are not in memory though the budget has room for them, the newest
    /// first: to be read ahead of the searches that will need them.
    #[must_use]
    pub fn lacking(&self, most: usize) -> Vec<u64> {
        let room = self.budget.saturating_sub(self.resident) / TYPICAL_BLOCK;
        let blocks = self.by_number.values().rev().filter_map(|place| self.block(*place));
        let lacking = blocks.filter(|block| block.text.is_none()).map(|block| block.number);
        lacking.take(most.min(room)).collect()
    }

    /// Whether the text of a block is in memory, or there is no such block.
    #[must_use]
    pub fn is_resident(&self, number: u64) -> bool {
        let block = self.by_number.get(&number).and_then(|place| self.block(*place));
        block.is_none_or(|block| block.text.is_some())
    }

    /// Bytes of block text in memory: what the budget limits.
    #[must_use]
    pub fn resident(&self) -> usize {
        self.resident
    }

    /// Bytes in memory altogether, about.
    #[must_use]
    pub fn size(&self) -> usize {
        let overlay: usize = self.slots.iter().filter_map(|slot| slot.overlay.as_deref()).map(str::len).sum();
        let blocks = self.blocks.iter().flatten();
        let blocks: usize =
            blocks.map(|block| block.filter.size() + block.members.capacity() * size_of::<usize>()).sum();
        let slots = self.slots.capacity() * size_of::<Slot>();
        let ids = self.by_id.capacity() * (size_of::<(RecordId, usize)>() + 1);
        self.heads.size() + overlay + blocks + self.resident + slots + ids
    }

    /// How many blocks a search may ask for at once, so that all of them can be resident together.
    pub(super) fn batch(&self) -> usize {
        let count = self.blocks.iter().flatten().filter(|block| block.text.is_some()).count();
        let typical = self.resident.checked_div(count).unwrap_or(TYPICAL_BLOCK).max(1);
        (self.budget / typical.max(TYPICAL_BLOCK)).clamp(1, LARGEST_BATCH)
    }

    pub(super) fn blocks(&self) -> usize {
        self.blocks.len()
    }

    pub(super) fn block(&self, place: usize) -> Option<&Block> {
        self.blocks.get(place).and_then(Option::as_ref)
    }

    /// Rows whose body is in this block, and the body, if the block is resident.
    pub(super) fn members(&self, place: usize) -> impl Iterator<Item = usize> {
        let resident = self.block(place).filter(|block| block.text.is_some());
        let members = resident.into_iter().flat_map(|block| block.members.iter());
        members.filter_map(|slot| self.slots.get(*slot)?.row)
    }

    /// Where the body of the customer in this slot is.
    pub(super) fn body(&self, slot: usize) -> Body<'_> {
        let Some(slot) = self.slots.get(slot) else { return Body::Text(&[]) };
        if let Some(overlay) = &slot.overlay {
            return Body::Text(overlay.as_bytes());
        }
        let Some((home, block)) = slot.home.and_then(|home| Some((home, self.block(home.block)?))) else {
            return Body::Text(&[]);
        };
        let Some(text) = &block.text else { return Body::Absent(home.block, block) };
        block.used.set(self.clock.get());
        let start = home.member.checked_sub(1).and_then(|before| text.ends.get(before)).copied().unwrap_or(0);
        let end = text.ends.get(home.member).copied().unwrap_or(start);
        Body::Resident(home.block, block, text.bytes.get(start..end).unwrap_or_default())
    }

    /// Time passes for those used longest ago.
    pub(super) fn tick(&self) {
        self.clock.set(self.clock.get() + 1);
    }

    fn slot(&mut self, id: RecordId) -> usize {
        *self.by_id.entry(id).or_insert_with(|| {
            self.slots.push(Slot::default());
            self.slots.len() - 1
        })
    }

    fn evict(&mut self, keep: usize) {
        while self.resident > self.budget {
            let others = self.blocks.iter_mut().enumerate().filter(|(place, _)| *place != keep);
            let resident =
                others.filter_map(|(_, block)| block.as_mut()).filter(|block| block.text.is_some());
            let Some(oldest) = resident.min_by_key(|block| block.used.get()) else { return };
            self.resident -= oldest.size();
            oldest.text = None;
        }
    }
}

impl Block {
    /// Bytes of its text in memory.
    fn size(&self) -> usize {
        self.text.as_ref().map_or(0, |text| text.bytes.len() + text.ends.len() * size_of::<usize>())
    }
}

/// Bytes of folded text in a block, until blocks have been seen.
const TYPICAL_BLOCK: usize = 256 * 1024;
const LARGEST_BATCH: usize = 32;
