using EdgeMesh.Dashboard.Enrolment;
using EdgeMesh.Tests.Fakes;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Enrolment;

public sealed class EnrolNoncesTests
{
    private readonly FakeTimeProvider _time = new(Samples.Now);

    [Fact]
    public void TrySpend_Twice_WorksOnce()
    {
        EnrolNonces nonces = new(_time);
        var nonce = nonces.New();
        Assert.True(nonces.TrySpend(nonce));
        Assert.False(nonces.TrySpend(nonce));
        Assert.True(nonces.TrySpend(nonces.New()));
    }

    [Fact]
    public void TrySpend_AfterAMinute_IsTooLateAlthoughTheSpentOnesAreForgotten()
    {
        EnrolNonces nonces = new(_time);
        var (spent, unspent) = (nonces.New(), nonces.New());
        Assert.True(nonces.TrySpend(spent));
        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.True(nonces.TrySpend(nonces.New()));
        Assert.False(nonces.TrySpend(spent));
        Assert.False(nonces.TrySpend(unspent));
    }

    [Fact]
    public void TrySpend_MadeElsewhereOrChanged_IsRefused()
    {
        EnrolNonces nonces = new(_time);
        Assert.False(nonces.TrySpend(new EnrolNonces(_time).New()));
        Assert.False(nonces.TrySpend([]));
        Assert.False(nonces.TrySpend(new byte[40]));
        for (var i = 0; i < nonces.New().Length; i++)
        {
            var nonce = nonces.New();
            nonce[i] ^= 1;
            Assert.False(nonces.TrySpend(nonce));
        }
    }
}
