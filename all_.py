import sys
import time
from concurrent.futures import ProcessPoolExecutor

from analysis.claims.ledger import CLAIMS


def one(l):
    c = CLAIMS[l]
    t = time.process_time()
    try:
        if type(c).__name__ != "Claim" or c.domain is None:
            return l, "NODOMAIN", 0, ""
        s = c.prove()
        t1 = time.process_time() - t
        a = c.altered(6)
        t2 = time.process_time() - t - t1
        return (
            l,
            ("ok" if s.sound and not a.accepted else "BAD"),
            (round(t1, 2), round(t2, 2), a.refuted, len(a.variants)),
            ""
            if s.sound and not a.accepted
            else (
                repr(s) + repr(a)
                if not s.sound
                else "ACC " + "; ".join(str(v.alteration) for v in a.accepted)
            )[:900],
        )
    except Exception:
        import traceback

        return l, "EXC", 0, traceback.format_exc()[-400:]


if __name__ == "__main__":
    with ProcessPoolExecutor(2) as p:
        tot = 0
        for r in p.map(one, [l for l in CLAIMS if (sys.argv[1] if len(sys.argv) > 1 else "") in l]):
            if r[1] != "ok":
                print(*r)
            elif sum(r[2][:2]) > 2:
                print("slow", *r)
            if r[2]:
                tot += sum(r[2][:2])
        print("total cpu", tot)
