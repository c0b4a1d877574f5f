"""GraphStandIn: one request in, one answer out. The order of things lives here; what each edge does lives in its own file."""

import json
from collections.abc import Callable
from datetime import datetime

from sandbox.graph import mishaps, routes, settle, usage
from sandbox.graph.auth import digest
from sandbox.graph.bundle import answer_bundle, is_bundle
from sandbox.graph.call import Call, read_call
from sandbox.graph.errors import GraphError
from sandbox.graph.hand import ByHand
from sandbox.graph.messages import GraphAnswer, GraphRequest
from sandbox.graph.store import Store


class GraphStandIn(ByHand):
    """Meta's catalog API as the facts describe it. Thread-safe; the clock may be virtual. Knobs: see World; hand work: see ByHand."""

    def __init__(self, store: Store | None = None, clock: Callable[[], datetime] | None = None, demo: bool = True) -> None:
        super().__init__(store, clock)
        self.faults.on_clear = lambda: settle.release(self)
        self.faults.on_add = self._freeze
        for fault in self.faults.active():  # those kept over a restart
            self._freeze(fault)
        if demo:
            self.add_demo_accounts()

    def handle(self, request: GraphRequest) -> GraphAnswer:
        """Answer one request. What is acknowledged is on disk; hooks and waiting happen outside the lock."""
        call = read_call(request)
        if is_bundle(call):
            return answer_bundle(self.handle, call)
        with self.lock:
            self.advance()
            routes.find_target(self, call)
            plan = mishaps.plan(self, call)
            if plan.late:
                settle.keep_for_later(self, call, digest(call.token), plan.late.seconds or 60.0)
        answer = self._refused(call, plan) if plan.stops else self._applied(call, plan)
        with self.lock:
            outcome = f"fault {plan.name}" if plan.name else "ok" if answer.status == 200 else f"error {_code(answer)}"
            self.audit.record(call, self.clock(), outcome, answer.status, _code(answer), self.keep_payloads)
            self.store.commit()
        return answer

    def advance(self) -> None:
        """Let time pass: batches land, lost calls land late."""
        super().advance()
        self.land_late(everything=False)

    def land_late(self, everything: bool = True) -> int:
        """Apply calls kept by `lands_late`; returns how many landed."""
        with self.lock:
            landed = settle.late_calls(self, everything)
            for call, account_key in landed:
                routes.find_target(self, call)
                account = self.store.accounts.get(account_key)
                if account and account["dead"] is None:
                    self._try(call, account)
            return len(landed)

    def _try(self, call: Call, account: dict) -> None:
        try:
            routes.answer_as(self, call, account)
        except GraphError:
            return  # a late call that is refused changes nothing, and nobody is waiting for its answer

    def _refused(self, call: Call, plan: mishaps.Plan) -> GraphAnswer:
        if plan.refusal:
            answer = mishaps.envelope(plan.refusal, usage.common_headers(call))
            answer.delay = plan.delay
            return answer
        answer = plan.instead or GraphAnswer(0, {}, b"", fault="reset_before")
        answer.delay = max(answer.delay, plan.delay)
        return answer

    def _applied(self, call: Call, plan: mishaps.Plan) -> GraphAnswer:
        if self.before_apply:
            self.before_apply(call)
        with self.lock:
            self.advance()
            if self.before_apply:
                routes.find_target(self, call)  # the world may have moved while the hook held the call
            answer = self._answer(call)
            self.store.commit()
        if self.after_apply:
            self.after_apply(call, answer)
        return mishaps.disturb(answer, plan)

    def _answer(self, call: Call) -> GraphAnswer:
        headers = usage.common_headers(call)
        try:
            headers.update(usage.count(self, call))
            body = routes.answer(self, call)
        except GraphError as error:
            return mishaps.envelope(error, headers)
        return GraphAnswer(200, headers, json.dumps(body).encode())


def _code(answer: GraphAnswer) -> int | None:
    if answer.status == 200 or not answer.body.startswith(b'{"error"'):
        return None
    try:
        return json.loads(answer.body)["error"]["code"]
    except ValueError:
        return None  # a refusal that a fault has cut in half
