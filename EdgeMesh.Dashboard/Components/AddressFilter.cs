using Microsoft.AspNetCore.Components;

namespace EdgeMesh.Dashboard.Components;

/// <summary>
/// What a list is filtered by, kept in the page's address so that Back and a link find the same list. The address comes back after each writing, and late: an echo of an
/// own writing must not undo what was typed since, while Back and Forward must be followed.
/// </summary>
/// <typeparam name="T">A value that is equal when it filters the same.</typeparam>
public sealed class AddressFilter<T>(T none)
    where T : IEquatable<T>
{
    private static readonly TimeSpan s_typingPause = TimeSpan.FromMilliseconds(250);
    private readonly Queue<T> _written = new();
    private T _address = none;
    private long _edit;

    public T Now { get; private set; } = none;

    /// <summary>
    /// A person changed it. What is typed is written when typing rests; a step for Back is what was chosen, not each letter. Nothing is written to the address of
    /// another page that was opened meanwhile.
    /// </summary>
    /// <param name="words">The filter as the address's query.</param>
    /// <returns>True when typing rests: the filter is as it was changed here.</returns>
    public async Task<bool> ChangeAsync(T filter, bool typing, TimeProvider time, NavigationManager navigation, Func<T, IReadOnlyDictionary<string, object?>> words)
    {
        var (mine, page) = (++_edit, PathOf(navigation));
        Change(filter);
        if (typing)
        {
            await Task.Delay(s_typingPause, time);
        }

        if (mine != _edit || page != PathOf(navigation))
        {
            return false;
        }

        if (Write())
        {
            navigation.NavigateTo(navigation.GetUriWithQueryParameters(words(filter)), replace: typing);
        }

        return true;
    }

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

    private static string PathOf(NavigationManager navigation) => new Uri(navigation.Uri).AbsolutePath;
}
