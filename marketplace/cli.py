"""The command `lumbung`: parts hang their own commands on it in their init_app."""

import gc
import json
import sys
from functools import partial
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import FlaskGroup, with_appcontext
from sqlalchemy.exc import OperationalError

from marketplace.config import BadSetting
from marketplace.kernel import grants, health, scope
from marketplace.kernel.errors import LumbungError
from marketplace.kernel.logs import traced
from marketplace.kernel.policy import rule_of

NOT_KEPT = "What was not finished was not kept: look at the server and the room on its disk, then run this again."


def _create_app() -> Flask:
    gc.disable()  # loading makes hardly any garbage, and looking for it costs a tenth of a start
    try:
        from marketplace.app import create_app

        return create_app()
    finally:
        gc.enable()


class Commands(FlaskGroup):
    """Our commands alone: what other packages would hang here is not looked for."""

    def _load_plugin_commands(self) -> None:
        return


@click.group(cls=Commands, create_app=_create_app, add_default_commands=False, add_version_option=False)
@click.pass_context
def cli(context: click.Context) -> None:
    """Lumbung: a fair-trade marketplace whose receipts are proof."""
    context.with_resource(scope.everything())  # who may start a command holds the keys of the house


@cli.group()
def db() -> None:
    """The database's migrations."""


@db.command("upgrade")
@click.argument("revision", default="head")
@click.option("--demo", "with_demo", is_flag=True, help="Then fill an empty database with the demo.")
@click.pass_context
@with_appcontext
def db_upgrade(context: click.Context, revision: str, with_demo: bool) -> None:
    """Bring the tables up to a revision (by default the newest)."""
    if revision != "head" or not health.is_up_to_date():
        from flask_migrate import upgrade  # a start that finds everything in place does without

        upgrade(revision=revision)
    role = grants.let_app_in()
    if role:
        click.echo(f"{role} may read and write the rows.")
    # In one process: script/server starts within three seconds, and each start of Python costs half of one.
    demo = current_app.cli.get_command(context, "demo") if with_demo else None
    if demo:
        context.invoke(demo, if_empty=True)


@db.command("downgrade")
@click.argument("revision", default="-1")
@with_appcontext
def db_downgrade(revision: str) -> None:
    """Take the tables down to a revision (by default one step)."""
    from flask_migrate import downgrade

    downgrade(revision=revision)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_appcontext
def routes(as_json: bool) -> None:
    """List every address with its methods and who may use it."""
    listed = list_routes(current_app)
    if as_json:
        click.echo(json.dumps(listed, indent=1))
        return
    for route in listed:
        click.echo(f"{','.join(route['methods']):<10} {route['rule']:<60} {route['policy']}")


@cli.command()
@click.option("--once", is_flag=True, help="Do what is due and stop.")
@with_appcontext
def work(once: bool) -> None:
    """Sequence the journal, deliver the outbox, run periodic jobs."""
    from marketplace.kernel import jobs

    app = _app()
    if once:
        jobs.run_once(app)
    else:
        jobs.work(app)


@cli.command()
@click.option("--upgrade", "with_upgrade", is_flag=True, help="First bring the tables up.")
@click.option("--demo", "with_demo", is_flag=True, help="First bring the tables up, and fill an empty database.")
@click.option("--host", envvar="HOST", default="127.0.0.1", show_default=True)
@click.option("--port", envvar="PORT", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.pass_context
@with_appcontext
def serve(context: click.Context, host: str, port: int, with_upgrade: bool, with_demo: bool) -> None:
    """Serve the shop: web server and worker under one supervisor."""
    from marketplace import supervisor

    if with_upgrade or with_demo:
        # In a process of its own: what it loads and opens ends with it, and the shop is forked from a clean one.
        supervisor.first(partial(context.invoke, db_upgrade, with_demo=with_demo))
    sys.exit(supervisor.serve(_app(), host, port))


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app


def list_routes(app: Flask) -> list[dict[str, Any]]:
    """Every route: rule, methods, endpoint, arguments and the name of its policy (None: denied to all)."""
    listed = []
    for rule in app.url_map.iter_rules():
        policy = rule_of(app, rule.endpoint)
        listed.append(
            {
                "rule": rule.rule,
                "methods": sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}),
                "endpoint": rule.endpoint,
                "arguments": sorted(rule.arguments),
                "policy": policy.name if policy else None,
            }
        )
    return sorted(listed, key=lambda route: (str(route["rule"]), list(route["methods"])))


def main() -> None:
    """Run a command; 0 finished, 1 refused or broken, 2 wrong usage."""
    try:
        with traced():
            cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.exceptions.Abort:
        sys.exit(1)
    except (LumbungError, BadSetting) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except OperationalError as error:
        click.echo(f"The database cannot go on ({type(error.orig).__name__}). {NOT_KEPT}", err=True)
        sys.exit(1)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
