//! Sharing without a server: colleagues, bundles out and in, conflicts, backups, erasing.

pub mod folder;
pub mod groups;
pub mod rows;
