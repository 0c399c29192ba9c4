"""A PostgreSQL connection that waits so long for an answer and no longer.

The server ends a statement that takes too long, but only a server that still runs does: one that is stopped, or cut
off without a word, would keep a request waiting for ever. The connection is closed then; the pool opens another.
"""

from collections.abc import Generator
from contextlib import suppress
from types import TracebackType
from typing import Any

import psycopg
from psycopg import errors, generators
from psycopg._queries import PostgresQuery
from psycopg.pq import ExecStatus, TransactionStatus

from marketplace.config import ANSWER_S_MAX, CURSORS_KEPT_MAX, STATEMENTS_TOGETHER_MAX


class PatientCursor(psycopg.Cursor[Any]):
    """Sends the BEGIN of a transaction together with its first statement: a far database is asked once for both.

    A statement that it executes again is not read again.
    """

    _read: PostgresQuery | None = None

    def _convert_query(self, query: Any, params: Any = None) -> PostgresQuery:
        if params is None:  # the library does not look for places of values then
            return super()._convert_query(query)
        # It takes another transformer for another statement.
        if self._read is None or self._read._tx is not self._tx:
            self._read = super()._convert_query(query, params)
        else:
            self._read.dump(params)
        return self._read

    def execute(self, query: Any, params: Any = None, **how: Any) -> "PatientCursor":
        """Execute one statement."""
        if self._goes_on():
            return super().execute(query, params, **how)
        with self._conn.pipeline():
            return super().execute(query, params, **how)

    def executemany(self, query: Any, params_seq: Any, **how: Any) -> None:
        """Execute one statement for each of the values."""
        if self._goes_on():
            super().executemany(query, params_seq, **how)
            return
        with self._conn.pipeline():
            super().executemany(query, params_seq, **how)

    def _goes_on(self) -> bool:
        return self._conn.autocommit or self._conn.info.transaction_status != TransactionStatus.IDLE


class PatientPipeline(psycopg.Pipeline):
    """Sends its statements in one piece, at its end or where an answer is read; the library's own sends each by itself.

    It ends without another way to the server where everything was answered, such as with a COMMIT.
    """

    _conn: "PatientConnection"
    _is_due = False
    _is_open = False
    """Whether answers were fetched that no Sync ended: a server that refused something skips all until one comes."""

    def __enter__(self) -> "PatientPipeline":
        """Begin, or join what began."""
        if self.level:
            return super().__enter__()
        self.pgconn.enter_pipeline_mode()
        self.level, self._conn._pipeline = 1, self
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for the answers; raises the first that refuses."""
        if not self.level:  # it ended with the transaction
            return
        try:
            super().__exit__(kind, error, trace)
        finally:
            if not self.level:
                self._conn._pipeline = None

    def end(self) -> None:
        """End it for all who began or joined it."""
        self.level = 1
        self.__exit__(None, None, None)

    def _exit_gen(self) -> Generator[Any, Any, None]:
        is_waiting = self.command_queue or self.result_queue or self._is_open
        if is_waiting or self.pgconn.transaction_status == TransactionStatus.ACTIVE:
            yield from self._sync_gen()

    def _enqueue_sync(self) -> None:
        super()._enqueue_sync()
        self._is_due, self._is_open = True, False

    def _communicate_gen(self) -> Generator[Any, Any, None]:
        if self._is_due or len(self.command_queue) >= STATEMENTS_TOGETHER_MAX:
            self._is_due = False
            while self.command_queue:
                self.command_queue.popleft()()
            yield from generators.send(self.pgconn)

    def _fetch_gen(self, *, flush: bool) -> Generator[Any, Any, None]:
        self._is_due, self._is_open = True, self._is_open or flush
        yield from self._communicate_gen()
        yield from super()._fetch_gen(flush=flush)

    def _process_results(self, queued: Any, results: Any) -> None:
        try:
            super()._process_results(queued, results)
        except psycopg.Error:
            # What came behind it to be prepared was skipped, and who goes on from a savepoint would name it.
            self._conn._prepared.clear()
            raise


class PatientConnection(psycopg.Connection[Any]):
    """Raises OperationalError, and is closed, when the server has not answered within ANSWER_S_MAX seconds."""

    answer_s_max: float | None = ANSWER_S_MAX
    _end: PatientPipeline | None = None
    _cursors: dict[str, psycopg.Cursor[Any]]

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._cursors = {}

    def cursor_for(self, statement: str) -> psycopg.Cursor[Any]:
        """The cursor that this statement has whenever it is executed; a new one costs as much as executing it."""
        found = self._cursors.get(statement)
        if found is None:
            if len(self._cursors) >= CURSORS_KEPT_MAX:
                self._cursors.clear()
            found = self._cursors[statement] = self.cursor()
        return found

    def close(self) -> None:
        """Close it, and let go of its cursors, which hold it."""
        self._cursors.clear()
        super().close()

    def pipeline(self) -> PatientPipeline:  # type: ignore[override]
        """What has statements go out together: itself a context, without the library's generator around it."""
        self._check_connection_ok()
        found: Any = self._pipeline
        return found or PatientPipeline(self)

    def _start_query(self) -> Generator[Any, Any, None]:
        # The library's own waits here for the BEGIN in a pipeline too. Were it to call this no more, it would again.
        if not self.autocommit and self.info.transaction_status == TransactionStatus.IDLE:
            yield from self._exec_command(self._get_tx_start_command())

    def end_together(self) -> None:
        """Send what comes from here on with the COMMIT, or the ROLLBACK, and wait for both at once."""
        if self._end is None:
            self._end = self.pipeline().__enter__()

    def commit(self) -> None:
        """End the transaction; refused, with what was sent together with the end, it is rolled back as any other."""
        try:
            super().commit()
        except psycopg.Error:
            # A COMMIT that is refused ends the transaction; whoever gives the connection back needs no rollback.
            with suppress(psycopg.Error):
                self.rollback()
            raise
        end, self._end = self._end, None
        if end is not None:
            end.__exit__(None, None, None)

    def rollback(self) -> None:
        """Undo the transaction; what was to go together within it has ended then."""
        pipeline: Any = self._pipeline
        self._end = None
        if pipeline is not None:
            with suppress(psycopg.Error):  # what was refused is told already
                pipeline.end()
        if self.info.transaction_status == TransactionStatus.INTRANS:
            self._undo()
        else:
            super().rollback()

    def _undo(self) -> None:
        """Undo a transaction in which nothing failed, and keep what the server has prepared.

        The library's own forgets all of it, as it has to once a statement has failed. Each page that only looked ends
        so, and the server would read and plan every statement anew.
        """
        with self.lock:
            self.pgconn.send_query(b"ROLLBACK")
            for result in self.wait(generators.execute(self.pgconn)):
                if result.status != ExecStatus.COMMAND_OK:
                    raise errors.error_from_result(result)

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for the answer to one exchange with the server."""
        try:
            return super().wait(gen, interval, self.answer_s_max if timeout is None else timeout)
        except errors._WaitTimeout as error:
            self.close()
            raise psycopg.OperationalError(f"no answer within {self.answer_s_max} s") from error
