//! Stable sorting that is compiled once.
//!
//! The standard sorts are compiled anew for each type, at 10 KB of WebAssembly each; with forty of them a
//! fifth of the engine was sorting. Here the numbers of the elements are sorted, by one compiled sort, and
//! the elements are moved once. The price, a call by pointer for each comparison, is small beside comparing.

use core::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// Up to this many elements are sorted in place.
const FEW: usize = 12;

/// Sorts by `compare`; equal elements keep their order.
pub fn by<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    if items.len() <= FEW {
        insert(items, compare);
    } else {
        let order = order(items.len(), &|a, b| match (items.get(a), items.get(b)) {
            (Some(a), Some(b)) => compare(a, b),
            _ => Ordering::Equal,
        });
        arrange(items, order);
    }
}

/// Sorts by a key; elements with equal keys keep their order.
pub fn by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    by(items, |a, b| key(a).cmp(&key(b)));
}

/// Sorts ascending; equal elements keep their order.
pub fn ascending<T: Ord>(items: &mut [T]) {
    by(items, T::cmp);
}

/// A set, filled one by one: `collect` would bring a sort of its own.
pub fn set<T: Ord>(items: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    let mut set = BTreeSet::new();
    set.extend(items);
    set
}

/// A map, filled one by one: `collect` would bring a sort of its own.
pub fn map<K: Ord, V>(items: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    map.extend(items);
    map
}

fn insert<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    for end in 1..items.len() {
        for at in (1..=end).rev() {
            let Some([before, here]) = items.get(at - 1..=at) else { break };
            if compare(before, here).is_le() {
                break;
            }
            items.swap(at - 1, at);
        }
    }
}

/// The places of the elements in sorted order.
fn order(len: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    order.sort_by(|a, b| compare(*a, *b));
    order
}

/// Moves to each place the element that `order` names for it: along each cycle of the permutation once.
fn arrange<T>(items: &mut [T], mut order: Vec<usize>) {
    for start in 0..items.len() {
        let mut at = start;
        while let Some(from) = order.get_mut(at).map(|from| core::mem::replace(from, at)) {
            if from == start || from == at {
                break;
            }
            items.swap(at, from);
            at = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sorts_as_the_standard_stable_sort(items: Vec<(u8, u16)>) {
            let (mut own, mut expected) = (items.clone(), items);
            by_key(&mut own, |item| item.0);
            expected.sort_by_key(|item| item.0);
            prop_assert_eq!(&own, &expected);
            ascending(&mut own);
            expected.sort();
            prop_assert_eq!(own, expected);
        }
    }
}
