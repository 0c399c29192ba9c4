"""Why a backup cannot be made or restored, each by name and with what to do."""

from flask_babel import lazy_gettext as _l

from marketplace.kernel.errors import LumbungError


class BackupRefused(LumbungError):
    """A backup that cannot be made or restored as things are."""

    code = "backup_refused"
    status = 409


class FileExists(BackupRefused):
    """Something is there already; an older backup is never written over."""

    code = "backup_exists"
    message = _l("There is something at %(path)s already. Give the backup another name.")


class NotWritten(BackupRefused):
    """The disk did not take it."""

    code = "backup_not_written"
    message = _l("The backup could not be written to %(path)s: %(reason)s")


class NotMigrated(BackupRefused):
    """The tables are missing or are not those of this program."""

    code = "backup_not_migrated"
    message = _l("The database is not up to date. Run: lumbung db upgrade")


class RowsHidden(BackupRefused):
    """Row-level security would keep rows from this role, and the backup would lack them unseen."""

    code = "backup_rows_hidden"
    message = _l("This database role does not see every row of %(table)s. Use the DATABASE_URL of the tables' owner.")


class UnknownKind(BackupRefused):
    """A column of a type, or a value, that has no text of its own in a backup."""

    code = "backup_unknown_kind"
    message = _l("%(table)s.%(column)s cannot be written to a backup: %(reason)s")


class NotABackup(BackupRefused):
    """No whole backup: another file, or one that was cut off."""

    code = "backup_not_whole"
    message = _l("%(path)s is not a whole backup: %(reason)s")


class Tampered(BackupRefused):
    """What is in the file is not what was written into it."""

    code = "backup_tampered"
    message = _l("The backup was changed after it was made: %(reason)s. Nothing was restored.")


class OtherKey(BackupRefused):
    """This house holds another key than the house that made the backup."""

    code = "backup_other_key"
    message = _l("The backup needs the %(name)s named %(key)s, which is not set here. Nothing was restored.")


class NewerSchema(BackupRefused):
    """Made by a Lumbung that knows tables this one does not."""

    code = "backup_newer"
    message = _l(
        "The backup was made by a newer Lumbung (revision %(revision)s). Upgrade the program first. "
        "Nothing was restored."
    )


class NotEmpty(BackupRefused):
    """The database to be filled holds rows."""

    code = "backup_target_not_empty"
    message = _l("The database is not empty: %(table)s has rows. Restore into a new database. Nothing was restored.")


class SchemaDiffers(BackupRefused):
    """The tables made here are not those that the backup was taken from."""

    code = "backup_schema_differs"
    message = _l("The table %(table)s has other columns here than in the backup. Nothing was restored.")
