using System.Reflection;

namespace EdgeMesh.Tests.Fakes;

/// <summary>A service that does nothing in time: every call ends with the same exception.</summary>
public class Silent : DispatchProxy
{
    private Exception _cause = new TimeoutException();

    public static T Of<T>(Exception cause)
        where T : class
    {
        var service = Create<T, Silent>();
        ((Silent)(object)service)._cause = cause;
        return service;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => throw _cause;
}
