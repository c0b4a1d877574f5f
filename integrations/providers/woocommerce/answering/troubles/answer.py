"""The shop answers, but not with what was asked for. Pure."""

from common.errors import PermanentError, TransientError
from integrations.providers.woocommerce.answering.trouble import ASK_HOST, WAIT, Trouble, ask_host

ANSWER = (
    Trouble(
        "html_before_json", TransientError,
        "A plugin of the shop prints a notice into the shop's answer, and the answer is not whole.",
        "PHP warnings are shown to visitors. Where the rest of the answer is whole we use it; here it is not.",
        f"{WAIT}set WP_DEBUG_DISPLAY to false in the shop's wp-config.php, or update the plugin.",
    ),
    Trouble(
        "html", PermanentError,
        "The shop answers with a web page instead of products.",
        "Something in the shop or before it (a cache, a plugin, a moved address) puts a page in the place of the answer.",
        "Open the shop in your browser and look whether all is well; then press “Test connection”.",
        in_passing=True,
    ),
    Trouble(
        "truncated", TransientError,
        "The shop's answer breaks off in the middle.",
        "Part of it is missing, so nothing of it was used.",
        f"{WAIT}look into WooCommerce → Status → Logs (fatal errors).",
    ),
    Trouble(
        "empty", TransientError,
        "The shop's answer is empty.",
        "Not even an empty list came. Mostly a plugin broke off without a word.",
        f"{WAIT}look into WooCommerce → Status → Logs (fatal errors).",
    ),
    Trouble(
        "unreadable", TransientError,
        "The shop's answer cannot be read.",
        "It is neither a list of products nor a message that we know.",
        f"{WAIT}{ask_host} which plugin changes the answers of the REST API.",
    ),
    Trouble(
        "wrong_charset", PermanentError,
        "The shop's answer is written in an unknown character set.",
        "WooCommerce always answers in UTF-8; something changes its answers on the way. Names would come out garbled, so nothing was used.",
        f"{ASK_HOST} which plugin or server setting changes the character set.",
    ),
    Trouble(
        "too_large", TransientError,
        "The shop's answer is larger than we take.",
        "A page of products should have a few megabytes at most. We then ask for smaller pages.",
        f"{WAIT}look for products with enormous descriptions.",
    ),
    Trouble(
        "too_long", PermanentError,
        "The shop's server finds our request too long.",
        "It takes only short addresses.",
        f"{ASK_HOST} to allow addresses of 4,000 characters.",
    ),
    Trouble(
        "not_found", PermanentError,
        "The shop does not have this product (any more).",
        "It was deleted at the shop.",
        "Nothing to do.",
    ),
    Trouble(
        "no_route", PermanentError,
        "This version of WooCommerce does not know what we asked for.",
        "Older versions have fewer addresses.",
        "Nothing to do: we ask in another way. An update of WooCommerce makes imports faster.",
    ),
    Trouble(
        "bad_request", PermanentError,
        "The shop refuses the way we ask.",
        "It finds a parameter of our request wrong; plugins can change what is allowed.",
        "Update WooCommerce. If it stays, look into the run's details for the shop's own words.",
    ),
    Trouble(
        "unexpected", TransientError,
        "The shop answers with something unexpected (HTTP {status}).",
        "Neither WooCommerce nor the servers that we know answer like this.",
        f"{WAIT}{ask_host}.",
    ),
)
