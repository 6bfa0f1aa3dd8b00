from bench import Bench, fresh
def test_x():
    sim = fresh()
    b = Bench("adc", adc=[{"label": "a", "max_per_s": 0, "hw": {"pin": 26}}])
    h = b.call("open", "a")
    print(h)
    sim.voltages[26]=777
    print(b.call("read", h), b.denied, b.call("read", 9), b.denied)
