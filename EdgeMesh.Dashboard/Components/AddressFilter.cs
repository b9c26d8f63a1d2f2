namespace EdgeMesh.Dashboard.Components;

/// <summary>
/// What a list is filtered by, kept in the page's address so that Back and a link find the same list. The address comes back after each writing, and late: an echo of an
/// own writing must not undo what was typed since, while Back and Forward must be followed.
/// </summary>
/// <typeparam name="T">A value that is equal when it filters the same.</typeparam>
public sealed class AddressFilter<T>(T none)
    where T : IEquatable<T>
{
    private readonly Queue<T> _written = new();
    private T _address = none;

    public T Now { get; private set; } = none;

    /// <summary>A person changed it; nothing is written yet.</summary>
    public void Change(T filter) => Now = filter;

    /// <summary>Call before the address is written.</summary>
    /// <returns>False when it says so already.</returns>
    public bool Write()
    {
        if (_address.Equals(Now))
        {
            return false;
        }

        _written.Enqueue(_address = Now);
        return true;
    }

    /// <summary>The page got an address.</summary>
    /// <returns>True when someone else wrote it, and the list has to follow.</returns>
    public bool Read(T address)
    {
        if (_written.Contains(address))
        {
            while (!_written.Dequeue().Equals(address))
            {
                // Earlier writings that were overtaken.
            }

            return false;
        }

        if (_address.Equals(address))
        {
            return false;
        }

        _written.Clear();
        _address = Now = address;
        return true;
    }
}
