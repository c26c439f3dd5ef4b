"""A core device on this machine: its parts put together, for callers that are synchronous."""

import ssl
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from greengrass_sandbox.account import Account
from greengrass_sandbox.deploying import (
    DeploymentFailedError,
    started_or_over,
    wait_until_deployed,
)
from greengrass_sandbox.lifecycle.components import Components
from greengrass_sandbox.lifecycle.conduct import conduct_of
from greengrass_sandbox.lifecycle.deployed import Deployment
from greengrass_sandbox.lifecycle.environment import Identity
from greengrass_sandbox.lifecycle.handle import ComponentHandle
from greengrass_sandbox.lifecycle.layout import Layout
from greengrass_sandbox.lifecycle.states import ComponentState
from greengrass_sandbox.nucleus.classic.transaction_log import TransactionLog
from greengrass_sandbox.nucleus.iot_core import Link
from greengrass_sandbox.nucleus.message import Message
from greengrass_sandbox.nucleus.server import Nucleus
from greengrass_sandbox.profile import CLASSIC, Profile
from greengrass_sandbox.recipe import TOKEN_EXCHANGE, load_recipe
from greengrass_sandbox.root_lock import RootLock
from greengrass_sandbox.token_exchange import TokenExchange
from greengrass_sandbox.watching import SyncWatch

__all__ = ["ComponentHandle", "ComponentState", "CoreDevice", "DeploymentFailedError", "Link"]


class CoreDevice:
    """A nucleus with its components, the token exchange, and a cloud to associate with.

    A context manager; `start` and `stop` do the same. What `nucleus`, `token_exchange` and `cloud`
    can do, they do through `call`, for they live on the sandbox's loop.

    Args:
        root: The core device's root folder: work directories, logs, packages. It is made.
        profile: Which nucleus to be.
        thing_name: The core's; None for one that is not provisioned.
        region: Of AWS; None for one that is not configured.
        account: The account that it belongs to, started before and stopped after it; None: one of
            its own.

    Attributes:
        account: The account that it belongs to.
        cloud: The account's.
        record: What a classic nucleus writes about what is deployed. Only components are in it
            that were noted there.
        loop: The account's, on which everything lives.
        call: Calls a function or coroutine function of a part on the loop, and returns its result
            (see `LoopThread.call`).
    """

    def __init__(
        self,
        root: Path,
        *,
        profile: Profile = CLASSIC,
        thing_name: str | None = "sandbox-core",
        region: str | None = "eu-central-1",
        account: Account | None = None,
    ) -> None:
        self.layout = Layout(root.resolve())
        self._lock = RootLock(self.layout.root)
        self.record = TransactionLog(self.layout)
        self.profile = profile
        self.thing_name = thing_name
        self._region = region
        self._has_own_account = account is None
        self.account = account or Account(region=region or "")
        self.cloud = self.account.cloud
        self.loop = self.account.loop
        self.call = self.loop.call
        self.token_exchange = TokenExchange(
            profile=profile, is_known=self._has_credentials, thing_name=thing_name
        )
        self.nucleus = Nucleus(
            self.layout.socket(conduct_of(profile).socket_name),
            profile,
            thing_name=thing_name or "",
            broker=self.account.iot_core,
        )
        self.account.trust(self.token_exchange.credentials_of)
        self.components = Components(
            layout=self.layout,
            identity=self._identity,
            nucleus=self.nucleus,
            token_exchange_url=lambda: self.token_exchange.url,
        )

    def __enter__(self) -> "CoreDevice":  # noqa: PYI034 - typing.Self needs Python 3.11
        self.start()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start everything; the core device itself is known to the cloud.

        Raises:
            OSError: The root folder cannot be made, or a socket or port not be had.
            RootInUseError: Another sandbox runs there.
            RuntimeError: The account that was given does not run.
        """
        if not (self._has_own_account or self.account.is_started):
            raise RuntimeError("start the account before its core devices")
        self.layout.root.mkdir(parents=True, exist_ok=True)
        self._lock.acquire()
        try:
            if self._has_own_account:
                self.account.start()
        except BaseException:
            self._lock.release()
            raise
        try:
            self._write_root_certificates()
            if self.profile.name == "classic":
                self.record.begin(self.profile.nucleus_version, self.thing_name)
            for part in (self.token_exchange, self.nucleus):
                self.call(part.start)
            self.call(self._provide_nucleus_configuration)
            if self.thing_name:
                self.call(self.cloud.cores.add, self.thing_name)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the components as a nucleus does, then everything else."""
        try:
            self.call(self.components.stop_all)
            for part in (self.nucleus, self.token_exchange):
                self.call(part.stop)
        finally:
            try:
                if self._has_own_account:
                    self.account.stop()
            finally:
                self._lock.release()

    def publish(self, topic: str, payload: bytes | Mapping[str, Any]) -> None:
        """Publish on local publish/subscribe: bytes as BinaryMessage, a mapping as JsonMessage.

        Raises:
            PublishRefused: The nucleus would not pass this message on.
        """
        self.loop.call(self.nucleus.publish, topic, payload)

    def watch(self, topic_filter: str) -> SyncWatch:
        """Collect the messages of local publish/subscribe that match a filter."""
        watch = self.loop.call(self.nucleus.watch, topic_filter)
        return SyncWatch(watch, topic_filter, self.loop)

    def listen(self, topic_filter: str, on_message: Callable[[str, bytes], None]) -> None:
        """Hand over each message that matches, on the loop: do not block or publish there."""

        def hand_over(message: Message) -> None:
            on_message(message.topic, message.as_bytes())

        self.loop.call(self.nucleus.watch, topic_filter, hand_over)

    def set_iot_core_link(self, link: Link) -> None:
        """Let the nucleus' connection to AWS IoT Core be like this from now on."""
        self.call(self.nucleus.iot_core.set_link, link)

    def environment(
        self,
        component: str,
        configuration: Mapping[str, Any] | None = None,
        *,
        depends_on_token_exchange: bool = True,
    ) -> dict[str, str]:
        """Register a component and return what a nucleus sets in its environment.

        For a client of IPC that the sandbox does not run itself. Its SVCUID stays the same for as
        long as the nucleus lives.
        """
        return self.loop.call(
            self.components.environment,
            component,
            configuration or {},
            depends_on_token_exchange=depends_on_token_exchange,
        )

    def deploy(
        self,
        recipe: Path,
        artifacts: Path,
        merge: Mapping[str, Any] | None = None,
        *,
        from_cloud: bool = False,
        posix_user: str | None = None,
    ) -> ComponentHandle:
        """Deploy a component, and wait until it has been installed and started.

        A component that is there already and is deployed with nothing but another configuration
        goes on, as it does on a real nucleus.

        Args:
            recipe: The recipe's file.
            artifacts: A folder with the artifacts, or a build's ``artifacts`` folder.
            merge: A configurationUpdate to merge into its configuration.
            from_cloud: Whether the deployment comes from the cloud: lite then starts a component
                again that was configured.
            posix_user: Who runs the component; None: this process's user. Others need root.

        Raises:
            RecipeRefusedError: A nucleus would refuse the recipe.
            ArtifactMissingError: An artifact is not there.
            DeploymentRejected: The component refuses the configuration.
            DeploymentFailedError: Installing failed too often.
        """
        document = load_recipe(recipe, self.profile.name)
        deployment = Deployment(document, artifacts, merge, from_cloud, posix_user)
        deployed = self.call(self.components.deploy, deployment)
        return wait_until_deployed(ComponentHandle(deployed, self.loop), document)

    def run(
        self,
        component: str,
        configuration: Mapping[str, Any],
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        depends_on_token_exchange: bool = True,
    ) -> ComponentHandle:
        """Run a command as a component, under the same supervision, with no recipe or install.

        Returns when it has been started, or is BROKEN because it cannot be.

        Args:
            component: Its name.
            configuration: What would be its recipe's DefaultConfiguration.
            command: What to run, in its work directory.
            environment: Variables besides those of the nucleus.
            depends_on_token_exchange: Whether its recipe would.
        """
        deployed = self.call(
            self.components.run,
            component,
            configuration,
            command,
            environment=environment or {},
            depends_on_token_exchange=depends_on_token_exchange,
        )
        handle = ComponentHandle(deployed, self.loop)
        handle.wait_for(started_or_over, what="its start")
        return handle

    def restart_nucleus(self) -> None:
        """Let the nucleus die and come back: connections break, and no SVCUID is valid any more.

        Components that exit because of it are started again, as by a supervisor of theirs.
        """
        self.call(self.nucleus.stop)
        self.call(self.nucleus.start)

    def _has_credentials(self, svcuid: str) -> bool:
        """Whether token exchange takes an SVCUID; classic, only of those that depend on it."""
        component = self.nucleus.component_of(svcuid)
        if component is None:
            return False
        return self.profile.name == "lite" or self.components.depends_on_token_exchange(component)

    def _provide_nucleus_configuration(self) -> None:
        region = {"awsRegion": self._region or ""}
        port = urlsplit(self.token_exchange.url).port
        if self.profile.name == "lite":
            self.nucleus.provide("aws.greengrass.NucleusLite", region)
            self.nucleus.provide(TOKEN_EXCHANGE, {"port": str(port)})
        else:
            self.nucleus.provide("aws.greengrass.Nucleus", region)
            self.nucleus.provide(TOKEN_EXCHANGE, {"port": 0, "activePort": port})

    def _identity(self) -> Identity:
        return Identity(
            thing_name=self.thing_name,
            region=self._region,
            nucleus_version=self.profile.nucleus_version,
            socket_path=self.nucleus.socket_path,
            root_certificates=self.layout.root_certificates,
            cloud_url=self.cloud.url,
        )

    def _write_root_certificates(self) -> None:
        system = Path(ssl.get_default_verify_paths().cafile or "")
        content = system.read_bytes() if system.is_file() else b""
        self.layout.root_certificates.write_bytes(content)
