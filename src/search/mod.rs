//! Finding customers: every record whose folded text contains what was typed, and no other.
//!
//! [`fold`](fold::fold) makes the search key of a text (the stored text is never changed),
//! [`Query`] reads what a person typed, [`Index`] holds the folded text of every customer within a
//! budget of memory, [`highlights`] marks the places that matched. Nothing here knows a store: the
//! text of a block that is not in memory is asked for ([`Step::Need`]) and handed in.

mod characters;
pub mod filter;
pub mod fold;
mod heads;
mod highlight;
pub mod index;
mod matcher;
pub mod query;
mod run;
mod variants;

pub use filter::Filter;
pub use highlight::highlights;
pub use index::{HeadText, Index};
pub use query::Query;
pub use run::{Hit, Hits, Run, Section, Step, Total};
