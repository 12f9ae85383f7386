"""Spammers' domains whose records change, and what a server may say of them."""


def record(*networks):
    """The TXT values of a name whose SPF record has these networks."""
    return ["v=spf1 " + " ".join(f"ip4:{each}" for each in networks) + " -all"]


def listed(domain):
    """The reply where the action is "REJECT {domain}"."""
    return (200, f"REJECT {domain}")


UNLISTED = (500, "not listed")


class Spammers:
    """Domains whose records change: each keeps some networks and has one more,
    another one in each version."""

    # A record is answered over UDP; all together, they make a state that takes a
    # moment to write.
    COUNT, RECORDS, IN_EACH = 20, 5, 100

    def __init__(self):
        self.names = [f"d{number}.example" for number in range(self.COUNT)]
        self.version = 0

    def records(self):
        """As they are in this version."""
        records = {}
        for number, name in enumerate(self.names):
            parts = [f"{part}.{name}" for part in range(self.RECORDS)]
            includes = " ".join(f"include:{part}" for part in parts)
            records[name, "TXT"] = [
                f"v=spf1 ip4:63.{number}.{self.version}.0/24 {includes} -all"
            ]
            for at, part in enumerate(parts):
                records[part, "TXT"] = record(
                    *(
                        f"62.{number}.{10 * at + each // 32}.{each % 32 * 8}/30"
                        for each in range(self.IN_EACH)
                    )
                )
        return records

    def expected(self):
        """What is right while some of them are known in this version, others
        in an earlier one."""
        right = {}
        for number, name in enumerate(self.names):
            right[f"62.{number}.0.1"] = right[f"62.{number}.43.27"] = {listed(name)}
            right[f"62.{number}.0.4"] = right[f"62.{number}.43.28"] = {UNLISTED}
            for version in (self.version, self.version // 2):
                right[f"63.{number}.{version}.7"] = {listed(name), UNLISTED}
            right[f"63.{number}.{self.version + 1}.7"] = {UNLISTED}
        return right

    def newest(self):
        """An address of each that only this version has."""
        return [f"63.{number}.{self.version}.7" for number in range(self.COUNT)]
