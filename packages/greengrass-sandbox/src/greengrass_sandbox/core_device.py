"""A core device on this machine: its parts put together, for callers that are synchronous."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from greengrass_sandbox.account import Account
from greengrass_sandbox.bus.message import Message
from greengrass_sandbox.deploying import (
    started_or_over,
    wait_until_deployed,
)
from greengrass_sandbox.kinds import CLASSIC
from greengrass_sandbox.kinds.classic.transaction_log import TransactionLog
from greengrass_sandbox.kinds.recipes import recipe_file_for
from greengrass_sandbox.lifecycle.components import Components
from greengrass_sandbox.lifecycle.deployed import Deployment
from greengrass_sandbox.lifecycle.environment import Identity
from greengrass_sandbox.lifecycle.handle import ComponentHandle
from greengrass_sandbox.lifecycle.layout import Layout
from greengrass_sandbox.nucleus.iot_core import Link
from greengrass_sandbox.nucleus.server import Nucleus
from greengrass_sandbox.plumbing.certificates import copy_system_certificates
from greengrass_sandbox.plumbing.root_lock import RootLock
from greengrass_sandbox.plumbing.started import Started
from greengrass_sandbox.profile import Profile
from greengrass_sandbox.token_exchange import TokenExchange
from greengrass_sandbox.watching import SyncWatch, wait_for_subscriber


class CoreDevice(Started):
    """A nucleus with its components, the token exchange, and a cloud to associate with.

    A context manager; `start` and `stop` do the same. What `nucleus`, `token_exchange` and `cloud`
    can do, they do through `call`, for they live on the sandbox's loop.

    Args:
        root: The core device's root folder: work directories, logs, packages. It is made.
        profile: Which nucleus to be.
        thing_name: The core's; None for one that is not provisioned.
        region: Of AWS; None for one that is not configured.
        programs: Folders in which components look for programs first, such as that of the Python
            whose libraries they are to use; a real core device has nothing of the kind.
        account: The account that it belongs to, started before and stopped after it; None: one of
            its own.

    Attributes:
        account: The account that it belongs to.
        cloud: The account's.
        record: What a classic nucleus writes about components; those that were noted there.
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
        programs: Sequence[Path] = (),
        account: Account | None = None,
    ) -> None:
        self.layout = Layout(root.resolve())
        self._lock = RootLock(self.layout.root)
        self.record = TransactionLog(self.layout)
        self.profile = profile
        self.thing_name = thing_name
        self._region = region
        self._programs = tuple(programs)
        self._has_own_account = account is None
        self.account = account or Account(region=region or "")
        self.cloud = self.account.cloud
        self.loop = self.account.loop
        self.call = self.loop.call
        self.token_exchange = TokenExchange(
            manners=profile.manners, is_known=self._has_credentials, thing_name=thing_name
        )
        self.nucleus = Nucleus(
            self.layout.socket(profile.conduct.socket_name),
            behave=profile.behave,
            figures=profile.figures,
            thing_name=thing_name or "",
            broker=self.account.iot_core,
        )
        self.account.trust(self.token_exchange.credentials_of)
        self.components = Components(
            layout=self.layout,
            identity=self._identity,
            nucleus=self.nucleus,
            conduct=profile.conduct,
            token_exchange_url=lambda: self.token_exchange.url,
        )

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
            copy_system_certificates(self.layout.root_certificates)
            if self.profile.writes_transaction_log:
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

    def watch(self, topic_filter: str | None = None) -> SyncWatch:
        """Collect the messages of local publish/subscribe that match a filter, or all of them."""
        watch = self.loop.call(self.nucleus.watch, topic_filter)
        return SyncWatch(watch, topic_filter or "all topics", self.loop)

    def wait_for_subscriber(self, topic: str, timeout: float) -> None:
        """Wait until a component listens on a topic.

        Raises:
            TimeoutError: None did within ``timeout`` seconds; tells who listens to what.
        """
        wait_for_subscriber(self.nucleus, self.components.deployed, topic, timeout, self.loop)

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
        document = recipe_file_for(self.profile, recipe)
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
        return self.profile.gives_credentials_to_all or self.components.depends_on_token_exchange(
            component
        )

    def _provide_nucleus_configuration(self) -> None:
        port = urlsplit(self.token_exchange.url).port or 0
        for part, configuration in self.profile.own_configuration(self._region or "", port).items():
            self.nucleus.provide(part, configuration)

    def _identity(self) -> Identity:
        services = self.account.services
        return Identity(
            thing_name=self.thing_name,
            region=self._region,
            nucleus_version=self.profile.nucleus_version,
            socket_path=self.nucleus.socket_path,
            root_certificates=self.layout.root_certificates,
            cloud_url=self.cloud.url,
            services_url=services.url if services.is_offered else None,
            programs=self._programs,
        )
